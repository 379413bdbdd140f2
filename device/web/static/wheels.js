/** The pitch wheel, which springs back, the modulation wheel, which stays, and the sustain pedal. */

const MODULATION = 1; // controller number of the MIDI specification
const KEY_STEP = 0.05;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export class Wheels {
  #connection;
  #bend;
  #isToggled = false; // by the button
  #isHeld = false; // by the space bar
  #isDown = false;
  #button = document.getElementById("sustain");

  constructor(connection) {
    this.#connection = connection;
    this.#bend = new Wheel("bend", "Pitch bend", -1, true, (amount) => connection.send("bend", { amount }));
    new Wheel("mod", "Modulation", 0, false, (amount) => {
      connection.send("control", { controller: MODULATION, value: Math.round(amount * 127) });
    });
    this.#button.addEventListener("click", () => {
      this.#isToggled = !this.#isToggled;
      this.#pedal();
    });
  }

  hold(isHeld) {
    this.#isHeld = isHeld;
    this.#pedal();
  }

  /** Lets go of what a hand holds; with `isLost` the toggled pedal too. */
  release(isLost) {
    this.#bend.release();
    this.#isHeld = false;
    if (isLost) this.#isToggled = false;
    this.#pedal();
  }

  #pedal() {
    const down = this.#isToggled || this.#isHeld;
    if (down === this.#isDown) return;
    this.#isDown = down;
    this.#button.setAttribute("aria-pressed", down);
    this.#connection.send("sustain", { down });
  }
}

class Wheel {
  #element;
  #low;
  #springs;
  #send;
  #value = 0;
  #pointer = null;

  constructor(id, label, low, springs, send) {
    this.#element = document.getElementById(id);
    this.#low = low;
    this.#springs = springs;
    this.#send = send;
    const element = this.#element;
    element.tabIndex = 0;
    element.title = label;
    for (const [name, value] of Object.entries({
      role: "slider", "aria-label": label, "aria-orientation": "vertical",
      "aria-valuemin": low * 100, "aria-valuemax": 100,
    })) element.setAttribute(name, value);
    this.#listen(element);
    this.#draw();
  }

  release() {
    this.#pointer = null;
    if (this.#springs) this.#set(0);
  }

  #listen(element) {
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#pointer !== null) return;
      element.setPointerCapture(event.pointerId);
      this.#pointer = event.pointerId;
      this.#follow(event);
    });
    element.addEventListener("pointermove", (event) => {
      if (event.pointerId === this.#pointer) this.#follow(event);
    });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(kind, (event) => {
        if (event.pointerId === this.#pointer) this.release();
      });
    }
    element.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation(); // the arrows would move the pad
      this.#set(this.#value + way * KEY_STEP);
    });
    element.addEventListener("keyup", () => this.#springs && this.#set(0));
  }

  #follow({ clientY }) {
    const box = this.#element.getBoundingClientRect();
    const up = 1 - (clientY - box.top) / box.height;
    this.#set(this.#low + up * (1 - this.#low));
  }

  #set(value) {
    const rounded = Math.round(clamp(value, this.#low, 1) * 1000) / 1000;
    if (rounded === this.#value) return;
    this.#value = rounded;
    this.#send(rounded);
    this.#draw();
  }

  #draw() {
    const up = (this.#value - this.#low) / (1 - this.#low);
    this.#element.style.setProperty("--up", up);
    this.#element.setAttribute("aria-valuenow", Math.round(this.#value * 100));
  }
}
