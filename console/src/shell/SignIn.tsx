// Signing in: with the admin token, or by the link of the start.

import { useState } from "preact/hooks";
import { api, session } from "../api/client.ts";
import { readClock } from "../api/clock.ts";
import { Button } from "../parts/Button.tsx";
import { Field } from "../parts/Field.tsx";
import { Brand } from "./Brand.tsx";
import "./shell.css";

export function SignIn() {
  const [token, setToken] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!token.trim()) return setError("Paste the admin token, or the console's password.");
    setBusy(true);
    const answer = await api.post("/session", { admin_token: token.trim() });
    setBusy(false);
    if (!answer.ok) return setError(answer.failure.sentence);
    session.value = "open";
    void readClock();
  };
  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={(event) => void enter(event)}>
        <Brand />
        <h1>Sign in to the console</h1>
        <input type="text" name="user" autocomplete="username" value="operator" hidden readOnly />
        <Field
          label="Admin token"
          type="password"
          name="admin-token"
          autocomplete="current-password"
          autoFocus
          value={token}
          error={error}
          hint="It was printed when the server started. The console's password works, too."
          onInput={(value) => {
            setToken(value);
            setError(null);
          }}
        />
        <Button type="submit" manner="main" icon="key" busy={busy}>
          Sign in
        </Button>
        <p class="sign-in-other">
          Easier: the server prints a link to the console each time it starts. It signs you in by itself, once; after that
          this browser stays signed in for twelve hours.
        </p>
      </form>
    </main>
  );
}
