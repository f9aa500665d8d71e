import type { ReactNode } from "react";

import { order } from "./actions.ts";

export default function Shop(): ReactNode {
  return (
    <form action={order}>
      <p>Kidnapped</p>
      <input name="name" placeholder="Your name" required />
      <button type="submit">Order</button>
    </form>
  );
}
