// A client of Medcost, typed by the API's OpenAPI document: `npm run generate` writes api.ts from openapi.json.

import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { paths } from "./api.js";

export type { components, paths } from "./api.js";

/** Statuses after which the same request may succeed in a moment. */
const PASSING = new Set([429, 502, 503, 504]);

export interface Options {
  /** Where Medcost is, such as https://medcost.example.org. */
  url: string;
  /** Where keys are required. */
  apiKey?: string;
  /** How often a request is sent again that failed for a moment; 5 by default. */
  retries?: number;
}

/** Return a client with a method for each HTTP method: `medcost.POST("/api/v1/predictions", { body: person })`. */
export function createMedcost({ url, apiKey, retries = 5 }: Options): Client<paths> {
  const client = createClient<paths>({ baseUrl: url, fetch: (request) => patiently(request, retries) });
  const headers: Middleware = {
    onRequest({ request }) {
      if (apiKey) request.headers.set("Authorization", `Bearer ${apiKey}`);
      // sent again after a failure, what a request creates is created once
      if (request.method === "POST" && !request.headers.has("Idempotency-Key"))
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      return request;
    },
  };
  client.use(headers);
  return client;
}

async function patiently(request: Request, retries: number): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const last = attempt === retries;
    try {
      const response = await fetch(request.clone());
      if (last || !PASSING.has(response.status)) return response;
      await pause(Number(response.headers.get("Retry-After")) || backoff(attempt));
    } catch (error) {
      if (last || request.signal.aborted) throw error;
      await pause(backoff(attempt));
    }
  }
}

/** Seconds before the next attempt: twice as long each time, with a random part. */
function backoff(attempt: number): number {
  return 0.1 * 2 ** attempt * (1 + Math.random());
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}
