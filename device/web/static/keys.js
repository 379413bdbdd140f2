/** The computer's keyboard: letters are notes by their place, so any layout has the same piano. */

const NOTES = Object.fromEntries([..."AWSEDFTGYHUJK"].map((letter, note) => [`Key${letter}`, note]));
const OCTAVES = { KeyZ: -1, KeyX: 1 };
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const BUTTONS = { Digit1: 0, Digit2: 1, Digit3: 2, Digit4: 3 };
const VELOCITY = 100;

/** Someone types there, or the key means something to it. */
function isTaken(event) {
  const element = event.target instanceof Element ? event.target : document.body;
  if (element.matches("input, select, textarea")) return true;
  return event.code === "Space" && element.matches("button");
}

export function connectKeys({ notes, piano, pad, patches, wheels }) {
  const held = new Map(); // code -> what to do when it comes up

  function begin({ code }) {
    if (code in NOTES) {
      const note = piano.first + NOTES[code];
      notes.press(note, VELOCITY, code);
      return () => notes.release(note, code);
    }
    if (code in BUTTONS) {
      patches.press(BUTTONS[code], code);
      return () => patches.release(BUTTONS[code], code);
    }
    if (code === "Space") {
      wheels.hold(true);
      return () => wheels.hold(false);
    }
    if (code in OCTAVES) {
      piano.shift(OCTAVES[code]);
      return () => {};
    }
    return null;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTaken(event)) return;
    if (ARROWS.includes(event.code)) {
      event.preventDefault();
      pad.arrow(event.code, true); // repeats move on
      held.set(event.code, () => pad.arrow(event.code, false));
      return;
    }
    if (held.has(event.code)) {
      event.preventDefault();
      return;
    }
    const end = begin(event);
    if (end === null) return;
    event.preventDefault();
    held.set(event.code, end);
  });
  addEventListener("keyup", (event) => {
    held.get(event.code)?.();
    held.delete(event.code);
  });

  return { release: () => held.clear() };
}
