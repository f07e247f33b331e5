// Searching and filtering messages.

import { type Choice, FilterBar } from "../../parts/FilterBar.tsx";
import { numberChoice } from "../../parts/numbers.ts";
import { statusWord } from "../../parts/Ticks.tsx";
import { TYPES } from "./kinds.ts";
import { messages } from "./state.ts";

const DIRECTIONS = [
  { value: "outbound", label: "From a business" },
  { value: "inbound", label: "From a user" },
];
const STATUSES = ["accepted", "sent", "delivered", "read", "failed"].map((value) => ({ value, label: statusWord(value) }));

export function Toolbar() {
  const choices: readonly Choice[] = [
    { name: "phone", label: "User", any: "User's number", inputMode: "tel" },
    { name: "direction", label: "Direction", any: "Both ways", options: DIRECTIONS },
    { name: "type", label: "Type", any: "Every type", options: TYPES },
    { name: "status", label: "Status", any: "Every status", options: STATUSES },
    ...numberChoice(),
    { name: "error", label: "Error", any: "Error code" },
  ];
  return <FilterBar label="Messages" of={messages} choices={choices} search={{ name: "text", placeholder: "Search messages" }} />;
}
