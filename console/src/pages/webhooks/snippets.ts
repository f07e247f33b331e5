// Code that checks signatures, to be copied. A test runs both.

export const PYTHON = `import hashlib
import hmac
import os

from fastapi import FastAPI, Request, Response

APP_SECRET = os.environ["APP_SECRET"]
app = FastAPI()


def is_genuine(body: bytes, header: str) -> bool:
    made = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={made}".encode(), header.encode())


@app.post("/webhook")
async def webhook(request: Request) -> Response:
    body = await request.body()  # the raw bytes, before any parser
    header = request.headers.get("x-hub-signature-256", "")
    return Response(status_code=200 if is_genuine(body, header) else 401)
`;

export const NODE = `import { createHmac, timingSafeEqual } from "node:crypto";
import express from "express";

const SECRET = process.env.APP_SECRET;
const app = express();

function isGenuine(body, header) {
  const made = createHmac("sha256", SECRET).update(body).digest("hex");
  const wanted = Buffer.from("sha256=" + made);
  const given = Buffer.from(header ?? "");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

// express.raw keeps the raw bytes; with express.json() they would be gone.
app.post("/webhook", express.raw({ type: "*/*" }), (request, response) => {
  const genuine = isGenuine(request.body, request.get("x-hub-signature-256"));
  response.sendStatus(genuine ? 200 : 401);
});

app.listen(8000);
`;
