/** How this program introduces itself on an association (PS3.7 D.3.3.2). */
import { VERSION } from "../version.ts";

/** A UUID as a UID, PS3.5 B.2. Never changes. */
export const IMPLEMENTATION_CLASS_UID = "2.25.206105110843303271252053581154029510480";

/** "DICOMTAP_0.1.0", 16 characters at most. */
export const IMPLEMENTATION_VERSION_NAME = `DICOMTAP_${VERSION}`.slice(0, 16);
