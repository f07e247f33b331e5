// The console's own drawings, 24 by 24, in lines of the text's colour.

const DRAWINGS = {
  messages: "M4 5h16v11H9l-5 4z M8 9h8 M8 12.5h5",
  phone: "M7.5 2.5h9a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 20V4a1.5 1.5 0 0 1 1.5-1.5z M10.5 18.5h3",
  webhooks: "M12 7a3 3 0 1 0-3-3c0 1 .5 1.9 1.3 2.5L7 13 M7 13a3.5 3.5 0 1 0 3.4 4.3H17 M13.6 6.4 17 13a3.6 3.6 0 1 1-2 6.4",
  media: "M4 4.5h16v15H4z M4 16l4.5-4.5 4 4 3-3L20 17 M15.5 9.5h.01",
  templates: "M5 3.5h14v17H5z M8.5 8h7 M8.5 12h7 M8.5 16h4",
  numbers: "M9 4 7 20 M17 4l-2 16 M4.5 9h16 M3.5 15h16",
  providers: "M6.5 18.5a4.5 4.5 0 0 1-.4-9 6 6 0 0 1 11.6 1.2 4 4 0 0 1-.7 7.8z",
  rules: "M13 3 5 13.5h6L10.5 21 19 10h-6.2z",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z M12 7.5V12l3.2 2",
  settings: "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 4.8v4.4 M9 14.8v4.4",
  errors: "M12 3.5 21.5 20h-19z M12 10v4.5 M12 17.3h.01",
  docs: "M5 4.5c3-1 5-.5 7 1 2-1.5 4-2 7-1v14c-3-1-5-.5-7 1-2-1.5-4-2-7-1z M12 5.5v14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z M15.5 15.5 20.5 20.5",
  filter: "M4 6h16 M7 12h10 M10 18h4",
  copy: "M9 8.5h10.5V20H9z M15 8.5V4H4.5v11.5H9",
  check: "M4.5 12.5 10 18 19.5 6.5",
  close: "M5.5 5.5l13 13 M18.5 5.5l-13 13",
  menu: "M4 6.5h16 M4 12h16 M4 17.5h16",
  more: "M5.5 12h.01 M12 12h.01 M18.5 12h.01",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  up: "M5 15l7-7 7 7",
  inbound: "M18.5 5.5l-12 12 M6.5 8.5v9h9",
  outbound: "M5.5 18.5l12-12 M17.5 15.5v-9h-9",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M18.7 5.3l-1.4 1.4 M6.7 17.3l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17z M12 3.5a8.5 8.5 0 0 1 0 17",
  leave: "M10 4H4.5v16H10 M9.5 12H20 M16 7.5l4.5 4.5-4.5 4.5",
  external: "M10 5H5v14h14v-5 M13 4.5h6.5V11 M19 5l-8.5 8.5",
  play: "M7 4.5 19.5 12 7 19.5z",
  pause: "M8.5 5v14 M15.5 5v14",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.4-5.5L19.5 9 M19.5 4v5h-5",
  trash: "M4.5 7h15 M9.5 7V4h5v3 M6.5 7l1 13h9l1-13 M10.5 11v5.5 M13.5 11v5.5",
  plus: "M12 4.5v15 M4.5 12h15",
  edit: "M4.5 19.5l1-4.5L16.5 4l3.5 3.5L9 18.5z M14 6.5l3.5 3.5",
  send: "M3.5 4.5 21 12 3.5 19.5 6 12z M6 12h8",
  attach: "M18.5 11.5l-7 7a4.2 4.2 0 0 1-6-6l8-8a2.8 2.8 0 0 1 4 4l-7.7 7.7a1.4 1.4 0 0 1-2-2l7-7",
  download: "M12 4v11 M7 10.5l5 5 5-5 M5 20h14",
  upload: "M12 16V5 M7 9.5l5-5 5 5 M5 20h14",
  warning: "M12 3.5 21.5 20h-19z M12 10v4.5 M12 17.3h.01",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z M12 11v5.5 M12 7.7h.01",
  key: "M15.5 4a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z M12.300 11.700 4 20 M6.500 17.500l2.500 2.500 M15.500 8.500h.01",
  image: "M4 4.5h16v15H4z M4 16l4.5-4.5 4 4 3-3L20 17 M15.5 9.5h.01",
  video: "M3.5 6h12v12h-12z M15.5 10.5l5-3v9l-5-3",
  audio: "M9 18.5V5.5l10-2v13 M9 18.5a2.5 2.5 0 1 1-2.5-2.5H9z M19 16.5a2.5 2.5 0 1 1-2.5-2.5H19z",
  microphone: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z M5.5 11a6.5 6.5 0 0 0 13 0 M12 17.5V21",
  document: "M6 3.5h8l4.5 4.5v12.5H6z M14 3.5V8h4.5",
  sticker: "M5 4h14v9l-6 7H5z M19 13h-6v7",
  location: "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.800 12 21 12 21z M12 7.500a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  contact: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M4.500 20.500c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500",
  reply: "M9 6 4 11l5 5 M4.500 11H14a6 6 0 0 1 6 6v1.500",
  reaction: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17z M8.500 14.500c1.800 2.300 5.200 2.300 7 0 M9 9.800h.01 M15 9.800h.01",
  list: "M8.500 6h11.500 M8.500 12h11.500 M8.500 18h11.500 M4.500 6h.01 M4.500 12h.01 M4.500 18h.01",
  button: "M3.500 8h17v8h-17z M8.500 12h7",
  block: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17z M6 6l12 12",
  online: "M4 10a12 12 0 0 1 16 0 M7 13.500a7.500 7.500 0 0 1 10 0 M12 18h.01",
  offline: "M4 10a12 12 0 0 1 16 0 M7 13.500a7.500 7.500 0 0 1 10 0 M12 18h.01 M4.500 4.500l15 15",
} as const;

export type IconName = keyof typeof DRAWINGS;

/** One drawing. It is decoration: whatever it stands on has words, seen or read out. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
