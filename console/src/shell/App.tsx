// The whole console: the sign-in for a stranger, else the frame with the page of the place.

import { session } from "../api/client.ts";
import { Toasts } from "../parts/Toast.tsx";
import { Loading } from "../parts/EmptyState.tsx";
import { Frame } from "./Frame.tsx";
import { SignIn } from "./SignIn.tsx";

export function App() {
  return (
    <>
      {session.value === "none" ? <SignIn /> : session.value === "open" ? <Frame /> : <Loading label="Asking the server" />}
      <Toasts />
    </>
  );
}
