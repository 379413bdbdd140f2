/** Puts the parts of the page together; whatever takes the page away lets go of everything. */

import { Connection } from "./connection.js";
import { Corners } from "./corners.js";
import { connectKeys } from "./keys.js";
import { Knobs } from "./knobs.js";
import { connectMonitor } from "./monitor.js";
import { Notes } from "./notes.js";
import { connectOled } from "./oled.js";
import { Pad } from "./pad.js";
import { Patches } from "./patches.js";
import { Piano } from "./piano.js";
import { connectSticks } from "./sticks.js";
import { Wheels } from "./wheels.js";

const connection = new Connection();
const notes = new Notes((type, fields) => connection.send(type, fields));
const piano = new Piano(notes);
const pad = new Pad(connection);
const knobs = new Knobs(connection);
const patches = new Patches(connection);
const wheels = new Wheels(connection);
const corners = new Corners(connection);
const keys = connectKeys({ notes, piano, pad, patches, wheels });

pad.onPlace = (x, y) => corners.showPlace(x, y);
connectOled(connection);
connectMonitor(connection);
connectSticks(connection);

function release(isLost) {
  keys.release();
  piano.release();
  notes.releaseAll();
  pad.release();
  knobs.release();
  patches.releaseAll();
  wheels.release(isLost);
}

addEventListener("blur", () => release(false));
addEventListener("pagehide", () => release(true));
document.addEventListener("visibilitychange", () => document.hidden && release(false));
connection.on("state", ({ state }) => state !== "open" && release(true));
document.getElementById("panic").addEventListener("click", () => release(true));

// A click leaves the focus on its button, where the space bar would press it again.
addEventListener("click", (event) => {
  if (event.detail > 0 && document.activeElement instanceof HTMLButtonElement) {
    document.activeElement.blur();
  }
});

connection.open();
