// Shows the OpenAPI document. Everything is set as text, never as markup.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

function nameOf(schema) {
  return schema && schema.$ref ? schema.$ref.split("/").pop() : null;
}

function bodyOf(holder) {
  const content = holder && holder.content && holder.content["application/json"];
  return content ? nameOf(content.schema) : null;
}

function typeOf(schema) {
  if (!schema) return "anything";
  if (schema.$ref) return nameOf(schema);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.type === "array") return "list of " + typeOf(schema.items);
  return schema.format || schema.type || "anything";
}

function members(schemas, name, seen) {
  const schema = schemas[name];
  const list = element("dl");
  if (!schema || !schema.properties) return list;
  const required = new Set(schema.required || []);
  for (const [key, value] of Object.entries(schema.properties)) {
    list.append(element("dt", key + (required.has(key) ? "" : " (may be absent)")));
    const line = element("dd", typeOf(value));
    for (const part of value.anyOf || [value.items || value]) {
      const inner = nameOf(part) || nameOf(part.items);
      if (inner && !seen.includes(inner)) line.append(members(schemas, inner, [...seen, inner]));
    }
    list.append(line);
  }
  return list;
}

function described(title, name, schemas) {
  const part = element("details");
  part.append(element("summary", title + ": " + name), members(schemas, name, [name]));
  return part;
}

function operation(method, path, about, schemas) {
  const card = element("details", undefined, "operation");
  const head = element("summary");
  head.append(element("span", method.toUpperCase(), "method"), element("code", path), element("span", about.summary));
  card.append(head);
  if (about.description) card.append(element("p", about.description));
  const keys = about.security.map((one) => Object.keys(one)[0]);
  card.append(element("p", keys.length ? "Credential: " + keys.join(", or ") : "Open to everybody."));
  const asked = bodyOf(about.requestBody);
  if (asked) card.append(described("Body", asked, schemas));
  for (const [status, answer] of Object.entries(about.responses)) {
    const given = bodyOf(answer);
    card.append(given ? described(status, given, schemas) : element("p", status + ": " + answer.description));
  }
  return card;
}

function show(spec) {
  document.getElementById("about").textContent = spec.info.description;
  const place = document.getElementById("paths");
  for (const tag of spec.tags) {
    const section = element("section");
    section.append(element("h2", tag.name));
    for (const [path, methods] of Object.entries(spec.paths)) {
      for (const method of METHODS.filter((name) => methods[name] && methods[name].tags.includes(tag.name))) {
        section.append(operation(method, path, methods[method], spec.components.schemas));
      }
    }
    place.append(section);
  }
}

function filter(words) {
  for (const card of document.querySelectorAll(".operation")) {
    card.hidden = !card.querySelector("summary").textContent.toLowerCase().includes(words.toLowerCase());
  }
}

document.getElementById("filter").addEventListener("input", (event) => filter(event.target.value));
fetch("/_waypost/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { document.getElementById("about").textContent = "The document could not be read: " + error; });
