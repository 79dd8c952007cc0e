/**
 * Which exchanges of two associations belong together: those of the same sender, command and SOP class;
 * first the ones about the same instance or with the same data set, then in their order.
 */
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";

export interface ExchangePair {
  /** Undefined where the other side has none like it. */
  readonly a: RecordedMessage | undefined;
  readonly b: RecordedMessage | undefined;
}

/** In the order of A; what only B has stands before the first pair that comes later there. */
export function pairExchanges(a: RecordedAssociation, b: RecordedAssociation): ExchangePair[] {
  const [ones, others] = [requestsOf(a), requestsOf(b)];
  const partner = new Map<RecordedMessage, RecordedMessage>();
  const used = new Set<RecordedMessage>();
  for (const key of [identity, kind]) {
    const open = new Map<string, RecordedMessage[]>();
    for (const other of others) {
      const name = used.has(other) ? undefined : key(other);
      if (name === undefined) continue;
      const list = open.get(name);
      if (list === undefined) open.set(name, [other]);
      else list.push(other);
    }
    for (const list of open.values()) list.reverse();
    for (const one of ones) {
      const name = partner.has(one) ? undefined : key(one);
      const other = name === undefined ? undefined : open.get(name)?.pop();
      if (other === undefined) continue;
      partner.set(one, other);
      used.add(other);
    }
  }
  const pairs: ExchangePair[] = [];
  let next = 0;
  for (const one of ones) {
    const other = partner.get(one);
    pairs.push({ a: one, b: other });
    if (other === undefined) continue;
    for (; next < others.length && (others[next] as RecordedMessage).index <= other.index; next++) {
      const before = others[next] as RecordedMessage;
      if (!used.has(before)) pairs.splice(-1, 0, { a: undefined, b: before });
    }
  }
  for (const left of others.slice(next)) if (!used.has(left)) pairs.push({ a: undefined, b: left });
  return pairs;
}

/** A C-CANCEL-RQ belongs to the exchange that it cancels. */
function requestsOf({ messages }: RecordedAssociation): readonly RecordedMessage[] {
  return messages.filter(({ command }) => command.endsWith("-RQ") && command !== "C-CANCEL-RQ");
}

function kind({ sender, command, values }: RecordedMessage): string {
  const sopClass = values["AffectedSOPClassUID"] ?? values["RequestedSOPClassUID"];
  return `${sender} ${command} ${String(sopClass ?? "")}`;
}

/** Undefined where nothing tells it from others of its kind. */
function identity(message: RecordedMessage): string | undefined {
  const { values, dataSet } = message;
  const instance = values["AffectedSOPInstanceUID"] ?? values["RequestedSOPInstanceUID"];
  const told = instance ?? dataSet?.sha256;
  if (told === undefined || told === null) return undefined;
  const type = values["ActionTypeID"] ?? values["EventTypeID"] ?? "";
  return `${kind(message)} ${String(told)} ${String(type)}`;
}
