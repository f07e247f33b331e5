// One file, large, with what is known of it.

import { useState } from "preact/hooks";
import type { GalleryMedium } from "../../api/types.ts";
import { Carriers } from "./Carriers.tsx";
import { LinkButton } from "../../parts/Button.tsx";
import { Copy } from "../../parts/Copy.tsx";
import { Facts } from "../../parts/Facts.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { sizeWords } from "../../parts/moments.ts";
import { PanelHead } from "../../parts/PanelHead.tsx";
import { Time } from "../../parts/Time.tsx";
import { href } from "../../shell/router.ts";
import { iconOf, media, sourceWords, toGallery } from "./state.ts";

interface Props {
  file: GalleryMedium;
  before: GalleryMedium | undefined;
  after: GalleryMedium | undefined;
}

export function Large({ file, before, after }: Props) {
  const [measures, setMeasures] = useState("");
  const name = file.filename ?? file.id;
  const kind = file.mime_type.split(";")[0]?.split("/")[1] ?? "file";
  return (
    <article class="panel large" aria-label={name}>
      <PanelHead
        title={name}
        close={toGallery()}
        actions={
          <>
            <Neighbour of={before} icon="up" label="The file before" />
            <Neighbour of={after} icon="down" label="The file after" />
            <LinkButton to={file.url} icon="download" download={file.filename ?? `${file.id}.${kind}`}>
              Download
            </LinkButton>
            <Copy text={file.id} label="Copy the media id">
              Copy id
            </Copy>
          </>
        }
      />
      <div class={`large-view ${file.type}`}>
        <View file={file} onMeasured={setMeasures} />
      </div>
      <Facts
        facts={[
          ["Media id", <Id text={file.id} />],
          ["On-Premises id", <Id text={file.onprem_id} />],
          ["Type", file.mime_type],
          ["Size", `${sizeWords(file.size)}, ${file.size.toLocaleString()} bytes`],
          !!measures && ["Dimensions", measures],
          file.type === "sticker" && ["Moves", file.animated ? "Yes" : "No"],
          ["Origin", sourceWords(file.source)],
          ["Number", <a href={href(`/numbers/${file.phone_number_id}`)}>+{file.phone_number_id}</a>],
          ["Stored", <Time at={file.at} />],
          ["Expires", <Time at={file.expires} />],
        ]}
      />
      <div class="large-hash">
        <span class="faint">SHA-256</span>
        <span class="row">
          <code class="foreign">{file.sha256}</code>
          <Copy text={file.sha256} label="Copy the SHA-256" />
        </span>
      </div>
      <Carriers id={file.id} />
    </article>
  );
}

function View({ file, onMeasured }: { file: GalleryMedium; onMeasured: (words: string) => void }) {
  switch (file.type) {
    case "image":
    case "sticker":
      return (
        <img
          src={file.url}
          alt={file.filename ?? "The picture"}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => onMeasured(`${naturalWidth} × ${naturalHeight}`)}
        />
      );
    case "video":
      return (
        <video
          src={file.url}
          controls
          preload="metadata"
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight, duration } }) =>
            onMeasured(`${videoWidth} × ${videoHeight}, ${duration.toFixed(1)} s`)
          }
        />
      );
    case "audio":
      return (
        <audio
          src={file.url}
          controls
          preload="metadata"
          aria-label={file.filename ?? "The sound"}
          onLoadedMetadata={({ currentTarget: { duration } }) =>
            Number.isFinite(duration) && onMeasured(`${duration.toFixed(1)} s`)
          }
        />
      );
    default:
      return (
        <span class="large-paper">
          <Icon name={iconOf(file.type)} size={56} />
          <span>Documents are not shown here: download it to look into it.</span>
        </span>
      );
  }
}

function Id({ text }: { text: string }) {
  return (
    <span class="row">
      <span class="foreign nums">{text}</span> <Copy text={text} label={`Copy ${text}`} />
    </span>
  );
}

function Neighbour({ of, icon, label }: { of: GalleryMedium | undefined; icon: "up" | "down"; label: string }) {
  if (!of) return null;
  return (
    <a class="icon-button" href={href(`/media/${encodeURIComponent(of.id)}`, media.filters.value)} title={label} aria-label={label}>
      <Icon name={icon} />
    </a>
  );
}
