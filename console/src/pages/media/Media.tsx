// The gallery of stored files, and one of them large.

import { useEffect } from "preact/hooks";
import type { GalleryMedium } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, Loading } from "../../parts/EmptyState.tsx";
import { type Choice, FilterBar } from "../../parts/FilterBar.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { ListCount, NoRows } from "../../parts/LiveList.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { numberChoice } from "../../parts/numbers.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Split } from "../../parts/Split.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../page.ts";
import { Large } from "./Large.tsx";
import { iconOf, media, seek, toGallery } from "./state.ts";
import "./media.css";

const TYPES = [
  { value: "image", label: "Pictures" },
  { value: "video", label: "Films" },
  { value: "audio", label: "Sounds" },
  { value: "sticker", label: "Stickers" },
  { value: "document", label: "Documents" },
];

export default function Media({ params }: PageProps) {
  useEffect(media.start, []);
  const id = params["id"] ?? null;
  const { items, next, reading } = media.state.value;
  const unread = reading === "first" && items.length === 0;
  const at = items.findIndex((each) => each.id === id || each.onprem_id === id);
  useEffect(() => {
    if (id !== null && !unread && at < 0) void seek(id);
  }, [id, unread]);
  const one = items[at];
  const missing = (
    <>
      <PanelHead close={toGallery()} />
      {next === null && !reading ? <Gone /> : <Loading label="Looking for the file" />}
    </>
  );
  const detail =
    id === null || unread ? null : one ? <Large key={one.id} file={one} before={items[at - 1]} after={items[at + 1]} /> : missing;
  return (
    <PageFrame
      title="Media"
      about={<ListCount of={media} />}
      toolbar={<Filters />}
      whole
    >
      <Split list={<Gallery chosen={one?.id ?? null} />} detail={detail} />
    </PageFrame>
  );
}

function Filters() {
  const choices: readonly Choice[] = [{ name: "type", label: "Type", any: "Every type", options: TYPES }, ...numberChoice()];
  return <FilterBar label="Media" of={media} choices={choices} />;
}

function Gallery({ chosen }: { chosen: string | null }) {
  const { items, next, reading } = media.state.value;
  if (items.length === 0) return <Nothing />;
  return (
    <div class="gallery-box">
      <ul class="cards gallery">
        {items.map((file) => (
          <li key={file.id}>
            <Tile file={file} chosen={file.id === chosen} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <div class="gallery-more">
          <Button busy={reading !== null} onClick={() => void media.readMore()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function Tile({ file, chosen }: { file: GalleryMedium; chosen: boolean }) {
  const name = file.filename ?? file.mime_type;
  return (
    <a
      class={`tile ${file.type} ${chosen ? "chosen" : ""}`}
      href={href(`/media/${encodeURIComponent(file.id)}`, media.filters.value)}
      aria-current={chosen ? "true" : undefined}
    >
      <span class="tile-picture">
        {file.type === "image" || file.type === "sticker" ? (
          <img src={file.url} alt="" loading="lazy" />
        ) : (
          <>
            <Icon name={iconOf(file.type)} size={34} />
            <span class="tile-kind">{file.mime_type.split(";")[0]?.split("/")[1]}</span>
          </>
        )}
      </span>
      <span class="tile-name clip foreign">{name}</span>
      <span class="tile-facts faint">
        {sizeWords(file.size)} · <Time at={file.at} />
        {file.source === "inbound" && <Badge tone="info">From a user</Badge>}
      </span>
    </a>
  );
}

function Nothing() {
  return (
    <NoRows of={media}>
      <EmptyState icon="media" title="No files yet">
        <p>
          What a program uploads or links to lands here, and what users send. <a href={href("/phones")}>Open a phone</a> and send a
          picture.
        </p>
      </EmptyState>
    </NoRows>
  );
}

function Gone() {
  return (
    <EmptyState icon="media" title="This file is not there any more">
      <p>It was deleted, has expired, or is not among what the filters show.</p>
    </EmptyState>
  );
}
