// How moments and amounts are written.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Return a span as people say it: "12 s", "5 min", "2 h 10 min", "3 d 4 h". */
export function spanWords(ms: number): string {
  const rest = Math.abs(ms);
  if (rest < MINUTE) return `${Math.floor(rest / 1000)} s`;
  if (rest < HOUR) return `${Math.floor(rest / MINUTE)} min`;
  if (rest < DAY) return two(rest, HOUR, "h", MINUTE, "min");
  return two(rest, DAY, "d", HOUR, "h");
}

/** Return how long ago, or in what time: "now", "12 s ago", "in 5 min"; after a day only the larger part. */
export function relative(at: number, now: number): string {
  const past = now - at;
  if (Math.abs(past) < 2_000) return "now";
  const words = spanWords(past).split(" ").slice(0, 2).join(" ");
  return past > 0 ? `${words} ago` : `in ${words}`;
}

/** Return a moment to the millisecond where it has them, here and in UTC. */
export function exact(at: number): string {
  const moment = new Date(at);
  const here = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return `${here} here, ${moment.toISOString().replace(".000Z", "Z")}`;
}

/** Return a moment as "14:05:09" if it is of the same day as `now`, else with the date. */
export function clockWords(at: number, now: number): string {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(undefined, { hour12: false });
  if (moment.toDateString() === new Date(now).toDateString()) return time;
  return `${moment.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${time}`;
}

/** Return a size: "512 B", "12.4 KB", "3.1 MB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [amount, unit] = bytes < 1_000_000 ? [bytes / 1_000, "KB"] : [bytes / 1_000_000, "MB"];
  return `${amount.toFixed(amount < 100 ? 1 : 0)} ${unit}`;
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const first = Math.floor(ms / large);
  const second = Math.floor((ms % large) / small);
  return second ? `${first} ${largeName} ${second} ${smallName}` : `${first} ${largeName}`;
}
