/** The touch pad: posts the finger of this page, shows the finger of whoever plays. */

const TRAIL_MS = 500;
const STEP = 1 / 32; // of the pad per arrow key

const clamp = (value) => Math.min(Math.max(value, 0), 1);

export class Pad {
  #connection;
  #element = document.getElementById("pad");
  #finger = document.getElementById("finger");
  #trail = new Trail(document.getElementById("trail"));
  #pointer = null; // id of the pointer that plays
  #arrows = new Set();
  #place = { x: 0.5, y: 0.5 };
  onPlace = () => {};

  constructor(connection) {
    this.#connection = connection;
    const element = this.#element;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(kind, (event) => this.#up(event));
    }
    element.addEventListener("mousedown", (event) => {
      event.preventDefault(); // keeps the focus ring for those who came by the tab key
      document.activeElement?.blur();
    });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    connection.on("pad", ([x, y, isTouched]) => {
      if (!this.#isPlayed) this.#show(x, y, isTouched);
    });
  }

  /** An arrow key went down or came up; while one is down the pad is touched. */
  arrow(key, isDown) {
    if (!isDown) {
      if (this.#arrows.delete(key) && !this.#isPlayed) this.#lift();
      return;
    }
    this.#arrows.add(key);
    const across = (key === "ArrowRight") - (key === "ArrowLeft");
    const down = (key === "ArrowDown") - (key === "ArrowUp");
    this.#touch(this.#place.x + across * STEP, this.#place.y + down * STEP);
  }

  release() {
    if (!this.#isPlayed) return;
    this.#pointer = null;
    this.#arrows.clear();
    this.#lift();
  }

  get #isPlayed() {
    return this.#pointer !== null || this.#arrows.size > 0;
  }

  #down(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.#element.setPointerCapture(event.pointerId);
    this.#follow(event);
  }

  #move(event) {
    if (event.pointerId === this.#pointer) this.#follow(event);
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    if (!this.#isPlayed) this.#lift();
  }

  #follow(event) {
    const box = this.#element.getBoundingClientRect();
    this.#touch((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  #touch(x, y) {
    const place = { x: clamp(x), y: clamp(y) };
    this.#connection.send("touch", place);
    this.#show(place.x, place.y, true);
  }

  #lift() {
    this.#connection.send("lift");
    this.#show(this.#place.x, this.#place.y, false);
  }

  #show(x, y, isTouched) {
    this.#place = { x, y };
    this.#finger.style.left = `${x * 100}%`;
    this.#finger.style.top = `${y * 100}%`;
    this.#element.classList.toggle("touched", isTouched);
    this.#trail.add(x, y, isTouched);
    this.onPlace(x, y);
  }
}

/** Where the finger was in the last moments, fading. */
class Trail {
  #points = [];
  #isDrawing = false;
  #canvas;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#canvas.width = this.#canvas.height = 512;
  }

  add(x, y, isTouched) {
    if (!isTouched) return;
    this.#points.push({ x, y, at: performance.now() });
    if (!this.#isDrawing) {
      this.#isDrawing = true;
      requestAnimationFrame((now) => this.#draw(now));
    }
  }

  #draw(now) {
    const { width } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, width, width);
    this.#points = this.#points.filter((point) => now - point.at < TRAIL_MS);
    context.lineCap = "round";
    for (let index = 1; index < this.#points.length; index += 1) {
      const [from, to] = [this.#points[index - 1], this.#points[index]];
      const left = 1 - (now - to.at) / TRAIL_MS;
      context.strokeStyle = `rgba(255, 244, 224, ${0.55 * left})`;
      context.lineWidth = 4 + 10 * left;
      context.beginPath();
      context.moveTo(from.x * width, from.y * width);
      context.lineTo(to.x * width, to.y * width);
      context.stroke();
    }
    this.#isDrawing = this.#points.length > 0;
    if (this.#isDrawing) requestAnimationFrame((next) => this.#draw(next));
  }
}
