/**
 * Captures in which every string that an AE can choose is markup, script or a trick with characters:
 * AE titles, names, UIDs, user identities, command sets, data sets, private creators.
 */
import { captureOfScripts } from "./capture_of_scripts.ts";
import { explicit, join } from "./data_set_bytes.ts";
import { ac, answer, EXPLICIT, proposal, rq, type Script, says } from "./scripted_association.ts";

/** `__xss()` is what a payload that runs would call. */
export const PAYLOADS: readonly string[] = [
  "<script>__xss()</script>",
  "<ScRiPt>__xss()</sCrIpT>",
  "<script src=//127.0.0.1/x.js></script>",
  "<img src=x onerror=__xss()>",
  "<img src=x onerror=__xss()//",
  "<img/src=x/onerror=__xss()>",
  '"><img src=x onerror=__xss()>',
  "'><img src=x onerror=__xss()>",
  "`><img src=x onerror=__xss()>",
  "<svg onload=__xss()>",
  "<svg/onload=__xss()>",
  "<svg><script>__xss()</script></svg>",
  "<svg><animate onbegin=__xss() attributeName=x>",
  "<body onload=__xss()>",
  "<iframe src=javascript:__xss()>",
  "<iframe srcdoc='<script>__xss()</script>'>",
  "<object data=javascript:__xss()>",
  "<embed src=javascript:__xss()>",
  "<a href=javascript:__xss()>x</a>",
  "<a href='data:text/html,<script>__xss()</script>'>x",
  "<form action=javascript:__xss()><button>x",
  "<input autofocus onfocus=__xss()>",
  "<select autofocus onfocus=__xss()>",
  "<textarea autofocus onfocus=__xss()>",
  "<details open ontoggle=__xss()>",
  "<video><source onerror=__xss()>",
  "<audio src=x onerror=__xss()>",
  "<marquee onstart=__xss()>",
  "<math><mi xlink:href=javascript:__xss()>x",
  "<link rel=stylesheet href=//127.0.0.1/x.css>",
  "<style>*{color:red}</style>",
  "<style>@import'//127.0.0.1/x.css'</style>",
  "<meta http-equiv=refresh content=0;url=//x>",
  "<base href=//127.0.0.1/>",
  "<template><script>__xss()</script></template>",
  "<noscript><img src=x onerror=__xss()></noscript>",
  "</title><script>__xss()</script>",
  "</textarea><script>__xss()</script>",
  "</script><script>__xss()</script>",
  "--><script>__xss()</script>",
  "]]><script>__xss()</script>",
  "javascript:__xss()",
  "\u0024{__xss()}",
  "{{constructor.constructor('__xss()')()}}",
  "'-__xss()-'",
  '";__xss();//',
  "&lt;img src=x onerror=__xss()&gt;",
  "\x1b]0;<img src=x onerror=__xss()>\x07",
  "<img src=x onerror=\x00__xss()>",
  "<x style=animation-name:a onanimationstart=__xss()>",
];

/** One association for each payload. */
export function hostileCapture(): Uint8Array {
  return captureOfScripts(PAYLOADS.map(hostileScript));
}

function hostileScript(payload: string): Script {
  const title = payload.slice(0, 16);
  const uid = payload.slice(0, 64);
  const syntaxes = [EXPLICIT, uid];
  const userInformation = [
    { item: "maximum length", maximumLength: 16_384 },
    { item: "implementation class UID", uid },
    { item: "implementation version name", name: title },
    {
      item: "user identity RQ",
      userIdentityType: 1,
      positiveResponseRequested: 0,
      primaryField: latin1(payload),
      secondaryField: latin1(""),
    },
  ] as const;
  return {
    rq: rq({
      callingAeTitle: title,
      calledAeTitle: title,
      contexts: [proposal(1, CT, syntaxes), proposal(3, uid, syntaxes)],
      userInformation,
    }),
    ac: ac({ contexts: [answer(1, 0, [EXPLICIT]), answer(3, 3, [uid])] }),
    steps: [
      says("requestor", "C-STORE-RQ", {
        on: 1,
        values: {
          AffectedSOPClassUID: CT,
          MessageID: 1,
          Priority: 0,
          AffectedSOPInstanceUID: uid,
          MoveOriginatorApplicationEntityTitle: title,
          MoveOriginatorMessageID: 1,
        },
        dataSet: hostileDataSet(payload),
      }),
      says("acceptor", "C-STORE-RSP", {
        on: 1,
        values: {
          AffectedSOPClassUID: CT,
          MessageIDBeingRespondedTo: 1,
          Status: 0xa700,
          ErrorComment: payload.slice(0, 64),
          AffectedSOPInstanceUID: uid,
        },
      }),
    ],
  };
}

const CT = "1.2.840.10008.5.1.4.1.1.2";

function hostileDataSet(payload: string): Uint8Array {
  const text = payload.length % 2 === 0 ? payload : `${payload} `;
  return join(
    explicit(0x00080018, "UI", text),
    explicit(0x00080060, "CS", text),
    explicit(0x00081030, "LO", text),
    explicit(0x00090010, "LO", text),
    explicit(0x00091001, "UT", text),
    explicit(0x00100010, "PN", text),
    explicit(0x00100020, "LO", text),
    explicit(0x0020000d, "UI", text),
    explicit(0x00280004, "CS", text),
  );
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}
