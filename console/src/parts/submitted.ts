// What a form does when Enter is pressed in it, or its button.

/** Return a handler that does this instead of leaving the page. */
export function submitted(act: () => unknown): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    void act();
  };
}
