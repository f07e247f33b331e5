// What every page agrees on with the frame. It is apart from the list of the pages, which knows them all.

/** What a page is given: the variables of its path, decoded. Its query is the signal `query` of shell/router.ts. */
export interface PageProps {
  params: Readonly<Record<string, string>>;
}
