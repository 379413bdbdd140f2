/** The keyboard on the screen: any number of fingers, gliding from key to key. */

const BLACK = [1, 3, 6, 8, 10];
const LETTERS = "AWSEDFTGYHUJK";
const NARROW_PX = 560; // below it keys would be too thin for fingers, so there are fewer
const SOFTEST = 30;
const LOUDEST = 127;
const LOWEST_OCTAVE = 0;
const HIGHEST_OCTAVE = 8;

const isBlack = (note) => BLACK.includes(note % 12);

export class Piano {
  #notes;
  #element = document.getElementById("piano");
  #keys = new Map(); // note -> element
  #fingers = new Map(); // pointer id -> note
  octave = 4; // the first key is then middle C, 60

  constructor(notes) {
    this.#notes = notes;
    notes.watch((note, isDown) => this.#keys.get(note)?.classList.toggle("down", isDown));
    const element = this.#element;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(kind, (event) => this.#up(event));
    }
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    new ResizeObserver(() => this.#build()).observe(element);
    document.getElementById("octave-down").addEventListener("click", () => this.shift(-1));
    document.getElementById("octave-up").addEventListener("click", () => this.shift(1));
  }

  get first() {
    return 12 * (this.octave + 1);
  }

  shift(octaves) {
    this.octave = Math.min(Math.max(this.octave + octaves, LOWEST_OCTAVE), HIGHEST_OCTAVE);
    document.getElementById("octave").textContent = `C${this.octave}`;
    this.#build(true);
  }

  release() {
    this.#fingers.clear(); // their notes are let go by Notes
  }

  #build(isShifted = false) {
    const whites = this.#element.clientWidth < NARROW_PX ? 10 : 15;
    if (!isShifted && whites === this.whites) return;
    this.whites = whites;
    this.#keys.clear();
    let white = 0;
    for (let note = this.first; white < whites && note <= 127; note += 1) {
      this.#keys.set(note, this.#key(note, white, whites));
      if (!isBlack(note)) white += 1;
    }
    this.#element.replaceChildren(...this.#keys.values());
  }

  #key(note, white, whites) {
    const key = document.createElement("div");
    key.className = isBlack(note) ? "black key" : "white key";
    key.dataset.note = note;
    const width = 100 / whites;
    const left = isBlack(note) ? (white - 0.31) * width : white * width;
    key.style.left = `${left}%`;
    key.style.width = `${isBlack(note) ? width * 0.62 : width}%`;
    const name = document.createElement("span");
    name.textContent = LETTERS[note - this.first] ?? "";
    const octave = document.createElement("b");
    octave.textContent = note % 12 === 0 ? `C${note / 12 - 1}` : "";
    key.append(octave, name);
    return key;
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#element.setPointerCapture(event.pointerId);
    this.#play(event);
  }

  #move(event) {
    if (this.#fingers.has(event.pointerId)) this.#play(event);
  }

  #up(event) {
    this.#end(event.pointerId);
    this.#fingers.delete(event.pointerId);
  }

  #play(event) {
    const { note, velocity } = this.#hit(event);
    if (note === this.#fingers.get(event.pointerId)) return;
    this.#end(event.pointerId);
    this.#fingers.set(event.pointerId, note);
    if (note !== null) this.#notes.press(note, velocity, event.pointerId);
  }

  #end(pointer) {
    const note = this.#fingers.get(pointer) ?? null;
    if (note !== null) this.#notes.release(note, pointer);
  }

  /** The key under a pointer, black ones first, and how hard: lower on the key is louder. */
  #hit({ clientX, clientY }) {
    const notes = [...this.#keys.keys()].sort((a, b) => isBlack(b) - isBlack(a));
    for (const note of notes) {
      const box = this.#keys.get(note).getBoundingClientRect();
      const isInside = clientX >= box.left && clientX < box.right
        && clientY >= box.top && clientY < box.bottom;
      if (!isInside) continue;
      const down = (clientY - box.top) / box.height;
      return { note, velocity: Math.round(SOFTEST + (LOUDEST - SOFTEST) * Math.min(down * 1.15, 1)) };
    }
    return { note: null, velocity: 0 };
  }
}
