/** The six pots: what sounds is the ring, where the knob stands is the pointer. */

const DRAG_PX = 180; // for the whole turn
const FINE = 0.2; // with the shift key
const WHEEL_STEP = 0.02;
const KEY_STEPS = {
  ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1, PageDown: -0.1,
  Home: -1, End: 1,
};
const SWEEP_DEGREES = 270;
const RADIUS = 26;
const ARC = (SWEEP_DEGREES / 360) * 2 * Math.PI * RADIUS;

const clamp = (value) => Math.min(Math.max(value, 0), 1);

export class Knobs {
  #connection;
  #element = document.getElementById("knobs");
  #knobs = [];
  #isPanel = true;

  constructor(connection) {
    this.#connection = connection;
    connection.on("hello", ({ knobs }) => (this.#isPanel = knobs));
    connection.on("pots", (pots) => this.#show(pots));
    connection.on("chosen", ({ pot }) => this.#knobs.forEach((knob, index) => knob.mark(index === pot)));
  }

  /** Ends a drag that is going on. */
  release() {
    for (const knob of this.#knobs) knob.release();
  }

  #show(pots) {
    while (this.#knobs.length < pots.length) {
      const pot = this.#knobs.length;
      const knob = new Knob((turn) => this.#connection.send("pot", { pot, turn }));
      this.#knobs.push(knob);
      this.#element.append(knob.element);
    }
    pots.forEach((pot, index) => this.#knobs[index].show(pot, this.#isPanel));
  }
}

class Knob {
  element = document.createElement("div");
  #send;
  #turn = 0; // where the pointer stands
  #value = 0; // what sounds
  #drag = null;

  constructor(send) {
    this.#send = send;
    this.element.className = "knob";
    this.element.innerHTML = `
      <div class="cap" role="slider" tabindex="0" aria-valuemin="0" aria-valuemax="100"
        title="Drag up or down (shift: finely), wheel, double-click to pick the value up">
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <circle class="track" cx="32" cy="32" r="${RADIUS}"/>
          <circle class="ring" cx="32" cy="32" r="${RADIUS}"/>
          <circle class="body" cx="32" cy="32" r="19"/>
          <line class="pointer" x1="32" y1="27" x2="32" y2="16"/>
        </svg>
      </div>
      <span class="label"></span><output></output>`;
    this.cap = this.element.querySelector(".cap");
    this.#listen();
  }

  show({ label, turn, text, physical, is_caught: isCaught }, isPanel) {
    this.#value = turn;
    if (!this.#drag) this.#turn = isPanel ? (physical ?? turn) : turn;
    const isWaiting = physical !== null && !isCaught;
    this.element.classList.toggle("waiting", isWaiting);
    this.element.querySelector(".label").textContent = label;
    const way = physical < turn ? "\u2197" : "\u2199"; // which way the knob finds the value
    this.element.querySelector("output").textContent = isWaiting ? `${text} ${way}` : text;
    this.cap.setAttribute("aria-label", label);
    this.cap.setAttribute("aria-valuenow", Math.round(turn * 100));
    this.cap.setAttribute("aria-valuetext", isWaiting ? `${text}, knob not picked up` : text);
    this.element.style.setProperty("--arc", `${ARC * turn} 999`);
    this.#draw();
  }

  mark(isActive) {
    this.element.classList.toggle("active", isActive);
  }

  release() {
    this.#drag = null;
  }

  #draw() {
    const degrees = (this.#turn - 0.5) * SWEEP_DEGREES;
    this.element.style.setProperty("--pointer", `${degrees}deg`);
  }

  #move(turn) {
    this.#turn = clamp(turn);
    this.#send(Math.round(this.#turn * 1e4) / 1e4);
    this.#draw();
  }

  #listen() {
    const { cap } = this;
    cap.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#drag) return;
      cap.setPointerCapture(event.pointerId);
      this.#drag = { pointer: event.pointerId, y: event.clientY };
    });
    cap.addEventListener("pointermove", (event) => {
      if (this.#drag?.pointer !== event.pointerId) return;
      const scale = event.shiftKey ? FINE : 1;
      const change = ((this.#drag.y - event.clientY) / DRAG_PX) * scale;
      this.#drag.y = event.clientY;
      if (change) this.#move(this.#turn + change);
    });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      cap.addEventListener(kind, () => this.release());
    }
    cap.addEventListener("dblclick", () => this.#move(this.#value));
    cap.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.deltaY) this.#move(this.#turn - Math.sign(event.deltaY) * WHEEL_STEP);
    }, { passive: false });
    cap.addEventListener("keydown", (event) => {
      const step = KEY_STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation(); // the arrows would move the pad
      this.#move(this.#turn + step);
    });
  }
}
