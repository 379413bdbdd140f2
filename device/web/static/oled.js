/** The display: 64 rows of 16 bytes from the top, leftmost dot in the highest bit. */

const LIT = [255, 228, 184, 255];
const DARK = [6, 6, 7, 255];

export function connectOled(connection) {
  const canvas = document.getElementById("oled");
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);

  function show(frame) {
    for (let dot = 0; dot < canvas.width * canvas.height; dot += 1) {
      const isLit = (frame[dot >> 3] >> (7 - (dot & 7))) & 1;
      image.data.set(isLit ? LIT : DARK, dot * 4);
    }
    context.putImageData(image, 0, 0);
  }

  show(new Uint8Array((canvas.width * canvas.height) / 8));
  connection.on("frame", show);
}
