/* Whole pages for each piece, so that locking and unlocking one never touches another. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BYTES 16384 /* the larger of the Raspberry Pi's two page sizes */

/* The first page holds the size of all. */
void *ready_memory(size_t count, size_t bytes) {
    if (count > (SIZE_MAX / 2) / bytes) return NULL;
    size_t size = (count * bytes + 2 * PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    unsigned char *pages = aligned_alloc(PAGE_BYTES, size);
    if (!pages) return NULL;
    memset(pages, 0, size); /* written, every page is there */
    (void)!mlock(pages, size);
    memcpy(pages, &size, sizeof size);
    return pages + PAGE_BYTES;
}

void free_memory(void *memory) {
    if (!memory) return;
    unsigned char *pages = (unsigned char *)memory - PAGE_BYTES;
    size_t size;
    memcpy(&size, pages, sizeof size);
    munlock(pages, size);
    free(pages);
}
