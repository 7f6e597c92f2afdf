// What the tests of the client do against a running system: `node out/running.js URL`.

import { createMedcost, type components } from "medcost-client";

declare const process: { argv: string[] };

const medcost = createMedcost({ url: process.argv[2] ?? "" });
const person: components["schemas"]["BeneficiaryIn"] = {
  age: 40,
  sex: "female",
  bmi: 27.5,
  children: 1,
  smoker: false,
  region: "northeast",
};

function expect(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`expected ${what}`);
}

const { data: made, response } = await medcost.POST("/api/v1/predictions", { body: person });
expect(response.status === 201, `201, found ${response.status}`);
expect(made && made.interval.low <= made.typical && made.typical <= made.interval.high, "a typical cost in its range");

const { data: found } = await medcost.GET("/api/v1/predictions/{id}", { params: { path: { id: made.id } } });
expect(found?.expected === made.expected, "the recorded prediction");

const { error } = await medcost.POST("/api/v1/predictions", { body: { ...person, age: 7 } });
expect(error?.status === 422 && error.errors?.[0]?.pointer === "/age", "a broken rule of age");

const { data: reasons } = await medcost.POST("/api/v1/explanations", { body: { ...person, of: "typical" } });
expect(reasons && reasons.contributions.length > 0, "contributions");

const names = Object.keys(person);
const file = new Blob([`${names.join()}\n${Object.values(person).join()}\n`]);
const sent = {
  params: { query: { name: "people.csv" } },
  headers: { "Content-Type": "text/csv", "Idempotency-Key": crypto.randomUUID() },
  body: file as unknown as string,
  bodySerializer: (body: unknown) => body as Blob,
};
const { data: job } = await medcost.POST("/api/v1/jobs", sent);
const { data: again } = await medcost.POST("/api/v1/jobs", sent);
expect(job && job.id === again?.id, "one job for one idempotency key");

const { data: models } = await medcost.GET("/api/v1/models");
expect(models?.models.some((version) => version.champion), "a champion");
console.log("ok");
