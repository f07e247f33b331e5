// What the parts of a number's page have in common.

import type { NumberChange, NumberDetail, NumberPatch } from "../../api/types.ts";

/** How the parts of the page change the number. */
export interface Changing {
  number: NumberDetail;
  put: (change: NumberChange, words: string) => Promise<boolean>;
  patch: (change: NumberPatch, words: string) => Promise<boolean>;
}
