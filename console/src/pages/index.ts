// Every page of the console, once. A new page is one entry here and one folder beside this file.

import type { ComponentType } from "preact";
import type { IconName } from "../parts/Icon.tsx";
import type { PageProps } from "./page.ts";

export interface Page {
  /** "/messages" or "/messages/:id"; the first that fits is shown. */
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  /** Where it stands in the navigation; a page without a group is reached from others. */
  readonly group?: Group;
  /** It stands in the bar of small screens, too: four at most. */
  readonly bar?: boolean;
  /** The path of the page that the navigation shows as chosen meanwhile. */
  readonly within?: string;
  readonly load: () => Promise<{ default: ComponentType<PageProps> }>;
}

/** The groups of the navigation, in its order. */
export const GROUPS = ["Traffic", "Platform", "Server"] as const;
export type Group = (typeof GROUPS)[number];

/** In the order of the navigation; the first is where the console begins. */
export const pages: readonly Page[] = [
  {
    path: "/messages",
    title: "Messages",
    icon: "messages",
    group: "Traffic",
    bar: true,
    load: () => import("./messages/Messages.tsx"),
  },
  {
    path: "/messages/:id",
    title: "Message",
    icon: "messages",
    within: "/messages",
    load: () => import("./inspector/Inspector.tsx"),
  },
  {
    path: "/refusals",
    title: "Refused",
    icon: "block",
    group: "Traffic",
    load: () => import("./refusals/Refusals.tsx"),
  },
  {
    path: "/refusals/:id",
    title: "Refused",
    icon: "block",
    within: "/refusals",
    load: () => import("./refusals/Refusals.tsx"),
  },
  {
    path: "/phones",
    title: "Phones",
    icon: "phone",
    group: "Traffic",
    bar: true,
    load: () => import("./phones/Phones.tsx"),
  },
  {
    path: "/phones/:waId",
    title: "Phones",
    icon: "phone",
    within: "/phones",
    load: () => import("./phones/Phones.tsx"),
  },
  {
    path: "/webhooks",
    title: "Webhooks",
    icon: "webhooks",
    group: "Traffic",
    bar: true,
    load: () => import("./webhooks/Webhooks.tsx"),
  },
  {
    path: "/webhooks/:id",
    title: "Webhooks",
    icon: "webhooks",
    within: "/webhooks",
    load: () => import("./webhooks/Webhooks.tsx"),
  },
  {
    path: "/media",
    title: "Media",
    icon: "media",
    group: "Traffic",
    load: () => import("./media/Media.tsx"),
  },
  {
    path: "/media/:id",
    title: "Media",
    icon: "media",
    within: "/media",
    load: () => import("./media/Media.tsx"),
  },
  {
    path: "/templates",
    title: "Templates",
    icon: "templates",
    group: "Platform",
    load: () => import("./templates/Templates.tsx"),
  },
  {
    path: "/templates/new",
    title: "New template",
    icon: "templates",
    within: "/templates",
    load: () => import("./templates/Editor.tsx"),
  },
  {
    path: "/templates/:id",
    title: "Templates",
    icon: "templates",
    within: "/templates",
    load: () => import("./templates/Templates.tsx"),
  },
  {
    path: "/templates/:id/edit",
    title: "Edit a template",
    icon: "templates",
    within: "/templates",
    load: () => import("./templates/Editor.tsx"),
  },
  {
    path: "/numbers",
    title: "Numbers",
    icon: "numbers",
    group: "Platform",
    load: () => import("./numbers/Numbers.tsx"),
  },
  {
    path: "/numbers/:id",
    title: "Number",
    icon: "numbers",
    within: "/numbers",
    load: () => import("./numbers/NumberPage.tsx"),
  },
  {
    path: "/providers",
    title: "Providers",
    icon: "providers",
    group: "Platform",
    load: () => import("./providers/Providers.tsx"),
  },
  {
    path: "/rules",
    title: "Fault rules",
    icon: "rules",
    group: "Platform",
    load: () => import("./rules/Rules.tsx"),
  },
  {
    path: "/clock",
    title: "Clock",
    icon: "clock",
    group: "Platform",
    load: () => import("./clock/Clock.tsx"),
  },
  {
    path: "/settings",
    title: "Settings",
    icon: "settings",
    group: "Server",
    load: () => import("./settings/Settings.tsx"),
  },
  {
    path: "/errors",
    title: "Errors",
    icon: "errors",
    group: "Server",
    load: () => import("./errors/Errors.tsx"),
  },
  {
    path: "/errors/:name",
    title: "Error",
    icon: "errors",
    within: "/errors",
    load: () => import("./errors/ErrorPage.tsx"),
  },
];
