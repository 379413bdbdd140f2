/** The four encoders around the pad, and the lists to choose instruments from directly. */

const NAMES = ["top left", "top right", "bottom left", "bottom right"];
const DRAG_PX = 16; // per step
const WHEEL = 60; // of deltaY per step
const STEP_DEGREES = 24;

export class Corners {
  #connection;
  #corners = [];
  #pad = document.getElementById("pad");

  constructor(connection) {
    this.#connection = connection;
    document.querySelectorAll(".corner").forEach((element, corner) => {
      this.#corners.push(this.#build(element, corner));
    });
    connection.on("instruments", (lists) => this.#fill(lists));
    connection.on("chosen", ({ instruments }) => this.#choose(instruments));
  }

  /** Shows how much of each corner sounds at a place of the pad. */
  showPlace(x, y) {
    const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
    weights.forEach((weight, corner) => {
      this.#corners[corner].element.style.setProperty("--weight", weight.toFixed(3));
      this.#pad.style.setProperty(`--weight-${corner}`, weight.toFixed(3));
      this.#corners[corner].share.textContent = `${Math.round(weight * 100)} %`;
    });
  }

  #build(element, corner) {
    element.innerHTML = `
      <div class="dial" tabindex="0" role="spinbutton" aria-label="Encoder ${NAMES[corner]}"
        title="Click left or right, drag, or use the wheel"><i></i></div>
      <div class="name"><select aria-label="Instrument ${NAMES[corner]}"></select><small></small></div>`;
    const dial = element.querySelector(".dial");
    const select = element.querySelector("select");
    const turn = (steps) => {
      const degrees = Number(dial.dataset.degrees ?? 0) + steps * STEP_DEGREES;
      dial.dataset.degrees = degrees;
      dial.style.setProperty("--turn", `${degrees}deg`);
      this.#connection.send("encoder", { corner, steps });
    };
    turnable(dial, turn);
    select.addEventListener("change", () => {
      this.#connection.send("instrument", { corner, index: select.selectedIndex });
      select.blur(); // so that the letters play again
    });
    return { element, dial, select, share: element.querySelector("small") };
  }

  #fill(lists) {
    lists.forEach((names, corner) => {
      const { select } = this.#corners[corner];
      select.replaceChildren(...names.map((name) => new Option(name)));
      select.disabled = names.length === 0;
    });
    this.#choose(this.chosen ?? []);
  }

  #choose(instruments) {
    this.chosen = instruments;
    instruments.forEach((index, corner) => {
      const { dial, select } = this.#corners[corner];
      select.selectedIndex = index;
      dial.setAttribute("aria-valuenow", index);
      dial.setAttribute("aria-valuetext", select.value || "none");
    });
  }
}

/** Makes an element turn: halves to click, dragging, the wheel and arrow keys. */
function turnable(element, turn) {
  let from = null;
  let hasDragged = false;
  let wheel = 0;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    from = event.clientX - event.clientY;
    hasDragged = false;
  });
  element.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const steps = Math.trunc((event.clientX - event.clientY - from) / DRAG_PX);
    if (!steps) return;
    from += steps * DRAG_PX;
    hasDragged = true;
    turn(Math.min(Math.max(steps, -8), 8));
  });
  element.addEventListener("pointerup", (event) => {
    const box = element.getBoundingClientRect();
    if (from !== null && !hasDragged) turn(event.clientX < box.left + box.width / 2 ? -1 : 1);
    from = null;
  });
  element.addEventListener("pointercancel", () => (from = null));
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    wheel += event.deltaY;
    const steps = Math.trunc(wheel / WHEEL);
    wheel -= steps * WHEEL;
    if (steps) turn(Math.min(Math.max(-steps, -8), 8));
  }, { passive: false });
  element.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
    if (!steps) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows would move the pad
    turn(steps);
  });
}
