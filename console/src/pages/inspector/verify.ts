// How a receiver checks the platform's signature, ready to paste.

export const checkInPython = `import hashlib
import hmac


def is_genuine(body: bytes, header: str, app_secret: str) -> bool:
    """\`body\`: the exact bytes as they came; \`header\`: X-Hub-Signature-256."""
    wanted = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, header)`;

export const checkInNode = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: a Buffer of the exact bytes as they came; header: X-Hub-Signature-256
export function isGenuine(body, header, appSecret) {
  const wanted = "sha256=" + createHmac("sha256", appSecret).update(body).digest("hex");
  return header.length === wanted.length && timingSafeEqual(Buffer.from(header), Buffer.from(wanted));
}`;
