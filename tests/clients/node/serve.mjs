// Runs the steps of one library: a line of JSON in, a line of JSON out.
//
//   node serve.mjs ./kapso.mjs '{"baseUrl": ..., "number": ..., "token": ..., "secret": ...}'
//   {"step": "sendText", "given": ["15550001111", "Hi"]}   ->   {"result": ...} or {"error": {...}}

import readline from "node:readline";

const [library, given] = process.argv.slice(2);
const { steps } = await import(library);
const own = await steps(JSON.parse(given));

// An error is told by its class and by what libraries put on it, whatever they call it.
function told(error) {
  const { code, httpStatus, category, status, message } = error;
  return { name: error.constructor?.name ?? typeof error, code, httpStatus: httpStatus ?? status, category, message };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { step, given: args } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await own[step](...args)) ?? null };
  } catch (error) {
    answer = { error: told(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
