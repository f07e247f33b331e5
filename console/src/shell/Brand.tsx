// The mark: a post with two arms.

export function Brand() {
  return (
    <span class="brand">
      <svg width="26" height="26" viewBox="0 0 24 24" aria-hidden="true">
        <rect class="brand-post" x="11" y="2" width="2.4" height="20" rx="1.2" />
        <path class="brand-there" d="M5 4h12.2l3.300 3-3.300 3H5z" />
        <path class="brand-back" d="M19 12H7.800l-3.300 2.750 3.300 2.750H19z" />
      </svg>
      <span>Waypost</span>
    </span>
  );
}
