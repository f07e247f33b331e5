// The gallery of stored files, and one of them large.

import { useEffect } from "preact/hooks";
import type { GalleryMedium } from "../../api/types.ts";
import { Badge } from "../../parts/Badge.tsx";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, FailureState, Loading } from "../../parts/EmptyState.tsx";
import { type Choice, FilterBar } from "../../parts/FilterBar.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { PageFrame } from "../../parts/Page.tsx";
import { Split } from "../../parts/Split.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import type { PageProps } from "../index.ts";
import { Large } from "./Large.tsx";
import { clearFilters, filters, iconOf, numbers, read, readMore, seek, setFilter, startMedia, state } from "./state.ts";
import "./media.css";

const TYPES = [
  { value: "image", label: "Pictures" },
  { value: "video", label: "Films" },
  { value: "audio", label: "Sounds" },
  { value: "sticker", label: "Stickers" },
  { value: "document", label: "Documents" },
];

export default function Media({ params }: PageProps) {
  useEffect(startMedia, []);
  const id = params["id"] ?? null;
  const { media, next, reading } = state.value;
  const at = media?.findIndex((each) => each.id === id || each.onprem_id === id) ?? -1;
  useEffect(() => {
    if (id !== null && media !== null && at < 0) void seek(id);
  }, [id, media === null]);
  const one = media?.[at];
  const missing = next === null && !reading ? <Gone /> : <Loading label="Looking for the file" />;
  const detail =
    id === null || media === null ? null : one ? (
      <Large key={one.id} file={one} before={media[at - 1]} after={media[at + 1]} />
    ) : (
      missing
    );
  return (
    <PageFrame
      title="Media"
      about={<About />}
      {...(id !== null && { back: { to: href("/media", filters.value), label: "Back to the gallery" } })}
      toolbar={
        <div class={id !== null ? "media-wide" : ""}>
          <Filters />
        </div>
      }
      whole
    >
      <Split list={<Gallery chosen={one?.id ?? null} />} detail={detail} />
    </PageFrame>
  );
}

function About() {
  const { media, next } = state.value;
  if (media === null) return <>&nbsp;</>;
  const many = `${media.length.toLocaleString()}${next === null ? "" : "+"}`;
  return <span role="status">{`${many} ${media.length === 1 ? "file" : "files"}, newest first`}</span>;
}

function Filters() {
  const among = numbers.value.map((each) => ({ value: each.phone_number_id, label: `${each.name} · ${each.phone_number_id}` }));
  const choices: readonly Choice[] = [
    { name: "type", label: "Type", any: "Every type", options: TYPES },
    { name: "number", label: "Number", any: "Every number", options: among },
  ];
  return <FilterBar label="Media" values={filters.value} choices={choices} onSet={setFilter} onClear={clearFilters} />;
}

function Gallery({ chosen }: { chosen: string | null }) {
  const { media, next, reading, failure } = state.value;
  if (media === null)
    return failure ? <FailureState failure={failure} onRetry={() => void read()} /> : <Loading label="Reading the files" />;
  if (media.length === 0 && next === null) return <Nothing />;
  return (
    <div class="gallery-box">
      <ul class="gallery">
        {media.map((file) => (
          <li key={file.id}>
            <Tile file={file} chosen={file.id === chosen} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <div class="gallery-more">
          <Button busy={reading} onClick={() => void readMore()}>
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
      href={href(`/media/${encodeURIComponent(file.id)}`, filters.value)}
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
  if (Object.keys(filters.value).length > 0) {
    return (
      <EmptyState icon="filter" title="No file is like that">
        <Button icon="close" onClick={clearFilters}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="media" title="No files yet">
      <p>
        What a program uploads or links to lands here, and what users send. <a href={href("/phones")}>Take a phone</a> and send a
        picture.
      </p>
    </EmptyState>
  );
}

function Gone() {
  return (
    <EmptyState icon="media" title="This file is not there any more">
      <p>It was deleted, has expired, or is not among what the filters show.</p>
    </EmptyState>
  );
}
