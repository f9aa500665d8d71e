/**
 * A task that fails touches neither the response nor the tasks after it; whoever listens to `taskFailed` is told. And a
 * request that fails keeps its tasks from running, but for those of `background.always` and `background.onFailure`.
 */
import { HTTPException, Router, body, depends } from "afterwork";
import { z } from "zod";

const seats = 10;

/** What has been counted since the start. */
const counts = depends.app(() => ({ asked: 0, made: 0, refused: 0, taken: 0 }));

export const router = new Router({ prefix: "/reservations", tags: ["failing task"], inputs: { counts } });

router.post(
  "",
  { reservation: body(z.object({ seats: z.int().positive() })) },
  { status: 201, summary: "Reserve seats" },
  ({ reservation, counts, background }) => {
    background.addTask(function tellPartner() {
      throw new Error("the partner's system is down, as ever");
    });
    background.addTask(function countMade() {
      counts.made += 1;
    });
    background.always.addTask(function countAsked() {
      counts.asked += 1;
    });
    background.onFailure.addTask(function countRefused() {
      if (background.outcome?.status === 409) counts.refused += 1;
    });
    if (counts.taken + reservation.seats > seats) throw new HTTPException(409, "there are not so many seats left");
    counts.taken += reservation.seats;
    return { seats: reservation.seats };
  },
);

router.get("/counts", {}, { summary: "What has been counted" }, ({ counts }) => counts);
