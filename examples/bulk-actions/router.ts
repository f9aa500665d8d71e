/**
 * Routes change many articles at once through a dependency: it collects what they plan, and adds one task for all of it
 * when the whole request has succeeded. If anything fails, nothing is changed.
 */
import { HTTPException, Router, body, depends, query, task } from "afterwork";
import { z } from "zod";

const Status = z.enum(["draft", "published", "archived"]);
type Status = z.infer<typeof Status>;

interface Change {
  readonly id: number;
  readonly status: Status;
}

/** The status of every article. A real app has a table for that. */
const articles = depends.app(() => new Map<number, Status>([1, 2, 3, 4, 5].map((id) => [id, "draft"])));

const applyChanges = task("apply-changes", { deps: { articles } }, ({ articles }, changes: readonly Change[]) => {
  for (const { id, status } of changes) articles.set(id, status);
});

const bulk = depends({ articles }, function* bulk({ articles, background }) {
  const changes: Change[] = [];
  yield {
    plan(ids: readonly number[], status: Status): number {
      const missing = ids.filter((id) => !articles.has(id));
      if (missing.length > 0) throw new HTTPException(404, `there is no article ${missing.join(", ")}`);
      return changes.push(...ids.map((id) => ({ id, status })));
    },
  };
  // A handler that fails never gets here: its error is thrown at the yield.
  if (changes.length > 0) background.addTask(applyChanges, changes);
});

const Selection = z.object({ ids: z.array(z.int()).min(1).max(1000) });
const Review = z.object({ publish: z.array(z.int()), archive: z.array(z.int()) });

export const router = new Router({ prefix: "/articles", tags: ["bulk actions"] });

router.post(
  "/publish",
  { selection: body(Selection), bulk },
  { status: 202, summary: "Publish articles" },
  ({ selection, bulk }) => ({ planned: bulk.plan(selection.ids, "published") }),
);

router.post(
  "/review",
  { review: body(Review), bulk },
  { status: 202, summary: "Publish some articles and archive others" },
  ({ review, bulk }) => {
    bulk.plan(review.publish, "published");
    return { planned: bulk.plan(review.archive, "archived") };
  },
);

router.get(
  "",
  { status: query(Status.optional()), articles },
  { summary: "The articles, or those of one status" },
  ({ status, articles }) =>
    [...articles]
      .map(([id, status]) => ({ id, status }))
      .filter((one) => status === undefined || one.status === status),
);
