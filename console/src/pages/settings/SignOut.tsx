// The end of the session.

import { useState } from "preact/hooks";
import { api, session } from "../../api/client.ts";
import { Button } from "../../parts/Button.tsx";
import { toastFailure } from "../../parts/Toast.tsx";

export function SignOut() {
  const [busy, setBusy] = useState(false);
  const leave = async (): Promise<void> => {
    setBusy(true);
    const answer = await api.delete("/session");
    setBusy(false);
    if (answer.ok) session.value = "none";
    else toastFailure(answer.failure);
  };
  return (
    <Button icon="leave" busy={busy} onClick={() => void leave()}>
      Sign out
    </Button>
  );
}
