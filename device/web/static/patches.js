/** The four patch buttons, which the instrument itself times, and the list of stored patches. */

const BUTTONS = 4;

export class Patches {
  #connection;
  #buttons = [];
  #down = new Map(); // button -> set of who holds it
  #latest = 0; // the button whose patch the instrument is busy with

  constructor(connection) {
    this.#connection = connection;
    for (let button = 0; button < BUTTONS; button += 1) this.#build(button);
    connection.on("patch", (patch) => this.#showPatch(patch));
    connection.on("slots", (slots) => this.#showSlots(slots));
    document.getElementById("save").addEventListener("submit", (event) => {
      event.preventDefault();
      const slot = document.getElementById("slot");
      connection.send("patch_save", { slot: slot.valueAsNumber - 1 });
      slot.blur();
    });
  }

  press(button, holder) {
    const holders = this.#down.get(button) ?? new Set();
    this.#down.set(button, holders.add(holder));
    if (holders.size > 1) return;
    this.#latest = button;
    this.#buttons[button].classList.add("down");
    this.#connection.send("button", { button, down: true });
  }

  /** The button came up; `isLost`: out of sight, so that it must not count as a click. */
  release(button, holder, isLost = false) {
    const holders = this.#down.get(button);
    if (!holders?.delete(holder) || holders.size) return;
    this.#down.delete(button);
    this.#buttons[button].classList.remove("down");
    if (isLost) this.#connection.send("button_lost", { button });
    else this.#connection.send("button", { button, down: false });
  }

  releaseAll() {
    for (const [button, holders] of [...this.#down]) {
      for (const holder of [...holders]) this.release(button, holder, true);
    }
  }

  #build(button) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "patch";
    element.innerHTML = `<i></i><b>${button + 1}</b>`;
    element.setAttribute("aria-label", `Patch button ${button + 1}`);
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      this.press(button, event.pointerId);
    });
    element.addEventListener("pointerup", (event) => this.release(button, event.pointerId));
    for (const kind of ["pointercancel", "lostpointercapture"]) {
      element.addEventListener(kind, (event) => this.release(button, event.pointerId, true));
    }
    element.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) this.press(button, "focus");
    });
    element.addEventListener("keyup", () => this.release(button, "focus"));
    element.addEventListener("blur", () => this.release(button, "focus", true));
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.#buttons.push(element);
    document.getElementById("buttons").append(element);
  }

  #showPatch(patch) {
    this.#buttons.forEach((element, button) => {
      const isIt = patch !== null && button === this.#latest;
      element.style.setProperty("--progress", isIt && patch.action === "holding" ? patch.progress : 0);
      element.dataset.action = isIt ? patch.action : "";
    });
  }

  #showSlots(slots) {
    const chips = slots.map((slot) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = slot + 1;
      chip.setAttribute("aria-label", `Recall patch ${slot + 1}`);
      chip.addEventListener("click", () => this.#connection.send("patch_recall", { slot }));
      return chip;
    });
    const none = document.createElement("p");
    none.textContent = "none yet: hold a patch button to save";
    document.getElementById("slots").replaceChildren(...(chips.length ? chips : [none]));
  }
}
