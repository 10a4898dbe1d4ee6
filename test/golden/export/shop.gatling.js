// shop: 'a' & b: a scenario of soak-profiler, written by profiler export --to gatling.
//   npx gatling run --simulation FILE (without its extension), in a project of Gatling's JavaScript SDK
//   profiler import target/gatling/*/simulation.log
import { StringBody, constantConcurrentUsers, constantUsersPerSec, details, exec, forever, global, jsonPath, pause, percent, rampConcurrentUsers, rampUsersPerSec, randomSwitch, repeat, scenario, simulation, substring } from '@gatling.io/core';
import { header, http, status } from '@gatling.io/http';

const RUN = Date.now().toString(36);
let sequences = 0;

function text(value) {
  return value === null || value === undefined ? '' : String(value);
}

function randomInteger(low, high) {
  return String(low + Math.floor(Math.random() * (high - low + 1)));
}

function sequence() {
  sequences += 1;
  return String(sequences);
}

function uuid() {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) => {
    const value = Math.floor(Math.random() * 16);
    return (letter === 'x' ? value : (value % 4) + 8).toString(16);
  });
}

const oneTask = exec(
  randomSwitch().on(
    percent(75.0000).then(http("buy").httpRequest("POST", (session) => "/buy").header("content-type", (session) => "application/json").header("authorization", (session) => "Bearer " + text(session.get("token"))).body(StringBody((session) => JSON.stringify({"id": uuid(), "number": Number(sequence()), "run": "r-" + RUN, "text": "a \"b\" ${c} \\ " + String(Date.now())}))).check(status().in(200, 201), header("content-type").exists(), substring("\"ok\"").exists())),
    percent(25.0000).then(http("home, {page}").httpRequest("GET", (session) => "/").check(status().lt(400)))
  )
);

const users = scenario("shop: 'a' & b").exec(
  exec(http("login").httpRequest("POST", (session) => "/login?u=" + String(session.userId())).header("content-type", (session) => "application/json").body(StringBody((session) => JSON.stringify({"user": "u-" + randomInteger(1, 9), "quoted\"key": [1, true, null]}))).check(status().in(200), jsonPath("$.data[0].token").saveAs("token"), jsonPath("$.data").saveAs("all"))).exitHereIfFailed(),
  repeat(3).on(oneTask, pause({ amount: 10, unit: 'milliseconds' }, { amount: 20, unit: 'milliseconds' }))
);

const protocol = http.baseUrl("http://h").disableFollowRedirect();

export default simulation((setUp) => {
  setUp(users.injectClosed(constantConcurrentUsers(2).during(3))).protocols(protocol).maxDuration({ amount: 3, unit: 'seconds' }).assertions(
    details("buy").responseTime().percentile(95).lt(30000),
    details("buy").failedRequests().percent().lt(50),
    details("buy").responseTime().max().lt(60000),
    global().requestsPerSec().gt(0.1)
  );
});
