import type { ReactNode } from "react";

import { fail, moveOn, refuse, signUp } from "./actions.ts";

const actions = { signUp, moveOn, fail, refuse };

export const dynamic = "force-dynamic";

export default function Forms(): ReactNode {
  return Object.entries(actions).map(([name, action]) => (
    <form key={name} id={name} action={action}>
      <input name="name" />
    </form>
  ));
}
