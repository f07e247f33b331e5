// Start: theme, place, session; then the frame.

import { render } from "preact";
import { effect } from "@preact/signals";
import { session } from "./api/client.ts";
import { readClock, startClock } from "./api/clock.ts";
import { startFeed, stopFeed } from "./api/live.ts";
import { App } from "./shell/App.tsx";
import { startRouter } from "./shell/router.ts";
import { startTheme } from "./shell/theme.ts";
import "./style/tokens.css";
import "./style/base.css";

startTheme();
startRouter();
startClock();
effect(() => (session.value === "open" ? startFeed() : stopFeed()));
void readClock(); // the first answer says whether there is a session

const root = document.getElementById("app");
if (root) render(<App />, root);
