import type { Store } from "afterwork";

interface Driver {
  readonly postgres: (url: string, options: { readonly schema: string }) => Store;
}

// As a variable, because the driver may be missing from the tree that is measured.
const specifier: string = "afterwork/postgres";

/** The store that is compared, in a schema of its own. */
export async function storeOn(url: string): Promise<Store> {
  const { postgres } = (await import(specifier)) as Driver;
  return postgres(url, { schema: "afterwork" });
}

/** Is there a store to compare? */
export async function hasDriver(): Promise<boolean> {
  return import(specifier).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return false;
      throw error;
    },
  );
}
