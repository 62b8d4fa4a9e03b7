// Pages work without this: it adds what the components do in a browser that runs scripts.
import { initAll } from "./govuk-frontend.min.js";
import { follow } from "./live.js";

const live = document.getElementById("live");
if (live) follow(live);
initAll();
