// Two parts of a measurement, each a process of its own:
//   node pouchdb.js serve FILE          a CouchDB that only gives: FILE has one document a line; prints its address
//   node pouchdb.js pull ADDRESS FOLDER PouchDB (LevelDB) copies all of it; prints {"docs", "milliseconds"}
"use strict";
const fs = require("fs");
const http = require("http");
const [what, from, into] = process.argv.slice(2);

function serve() {
  const documents = fs.readFileSync(from, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const revision = (place) => "1-" + String(place).padStart(32, "0");
  const places = new Map(documents.map((document, place) => [document._id, place]));
  const checkpoints = new Map();

  function changes(since, limit) {
    const part = documents.slice(since, since + limit);
    return {
      results: part.map((document, n) => ({
        seq: since + n + 1, id: document._id, changes: [{ rev: revision(since + n) }],
      })),
      last_seq: since + part.length,
      pending: documents.length - since - part.length,
    };
  }

  function whole({ id }) {
    const place = places.get(id);
    const known = { start: 1, ids: [revision(place).slice(2)] };
    return { id, docs: [{ ok: { ...documents[place], _rev: revision(place), _revisions: known } }] };
  }

  http.createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { pathname, searchParams } = new URL(request.url, "http://here");
    const say = (reply, status = 200) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(reply));
    };
    if (pathname === "/") return say({ couchdb: "Welcome", uuid: "bench" });
    if (pathname === "/city/_changes") {
      return say(changes(Number(searchParams.get("since")), Number(searchParams.get("limit") || 1e9)));
    }
    if (pathname === "/city/_bulk_get") return say({ results: JSON.parse(body).docs.map(whole) });
    if (pathname.startsWith("/city/_local/")) {
      if (request.method !== "PUT") {
        const kept = checkpoints.get(pathname);
        return kept ? say(kept) : say({ error: "not_found" }, 404);
      }
      const kept = { ...JSON.parse(body), _rev: "0-" + (checkpoints.size + 1) };
      checkpoints.set(pathname, kept);
      return say({ ok: true, id: kept._id, rev: kept._rev }, 201);
    }
    return say({ db_name: "city", doc_count: documents.length, update_seq: documents.length, instance_start_time: "0" });
  }).listen(0, "127.0.0.1", function () {
    console.log(`http://127.0.0.1:${this.address().port}/city`);
  });
}

async function pull() {
  const PouchDB = require("pouchdb");
  const local = new PouchDB(into);
  await local.info();
  const began = performance.now();
  // 1,000 at a time is its fastest; as it comes it asks for 100.
  const done = await local.replicate.from(from, { batch_size: 1000 });
  const milliseconds = performance.now() - began;
  const { doc_count: docs } = await local.info();
  await local.close();
  console.log(JSON.stringify({ docs, milliseconds, faults: done.errors }));
}

if (what === "serve") serve();
else pull();
