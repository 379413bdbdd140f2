/** Which notes are held, and by whom: a note held twice ends when both have let go. */

export class Notes {
  #send;
  #holders = new Map(); // note -> set of who holds it
  #watchers = [];

  constructor(send) {
    this.#send = send;
  }

  /** Calls back with (note, isDown) whenever a note begins or ends. */
  watch(callback) {
    this.#watchers.push(callback);
  }

  press(note, velocity, holder) {
    if (note < 0 || note > 127) return;
    const holders = this.#holders.get(note) ?? new Set();
    if (holders.has(holder)) return;
    holders.add(holder);
    this.#holders.set(note, holders);
    if (holders.size === 1) {
      this.#send("on", { note, velocity });
      this.#tell(note, true);
    }
  }

  release(note, holder) {
    const holders = this.#holders.get(note);
    if (!holders?.delete(holder) || holders.size) return;
    this.#holders.delete(note);
    this.#send("off", { note });
    this.#tell(note, false);
  }

  releaseAll() {
    for (const [note, holders] of [...this.#holders]) {
      for (const holder of [...holders]) this.release(note, holder);
    }
  }

  #tell(note, isDown) {
    for (const callback of this.#watchers) callback(note, isDown);
  }
}
