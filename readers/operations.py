"""The GraphQL documents the daemon sends. Constants, so that the server may keep them parsed or allow these alone."""

REFUSAL = "... on Refusal { code message }"

ENROL = f"""mutation Enrol($input: EnrolInput!) {{
  enrol(input: $input) {{
    __typename
    ... on Enrolled {{ deviceId kind name timeZone cardKeys {{ id key current }} serverTime }}
    {REFUSAL}
  }}
}}"""

HEARTBEAT = f"""mutation Heartbeat($input: HeartbeatInput!) {{
  heartbeat(input: $input) {{
    __typename
    ... on Heartbeat {{ serverTime cardKeys {{ id key current }} rotateKey }}
    {REFUSAL}
  }}
}}"""

ROTATE_KEY = f"""mutation RotateKey($input: RotateKeyInput!) {{
  rotateKey(input: $input) {{
    __typename
    ... on KeyAnnounced {{ until }}
    {REFUSAL}
  }}
}}"""

# `sequence` is nullable in Refusal and not in TapRecorded: GraphQL wants another name for one of them.
PRESENT_TAP = f"""mutation PresentTap($input: TapInput!, $sentAt: DateTime!) {{
  presentTap(input: $input, sentAt: $sentAt) {{
    __typename
    ... on TapRecorded {{ sequence outcome reason }}
    {REFUSAL}
  }}
}}"""

SUBMIT_TAPS = f"""mutation SubmitTaps($inputs: [TapInput!]!, $sentAt: DateTime!) {{
  submitTaps(inputs: $inputs, sentAt: $sentAt) {{
    __typename
    ... on Submitted {{
      answers {{
        __typename
        ... on TapRecorded {{ sequence outcome reason }}
        ... on Refusal {{ code message refused: sequence }}
      }}
    }}
    {REFUSAL}
  }}
}}"""

PASS_LIST = f"""query PassList($since: String, $wait: Int!) {{
  passList(since: $since, wait: $wait) {{
    __typename
    ... on PassList {{
      version full timeZone removed
      readers {{ name door direction antiPassback }}
      rules {{ id door direction weekdays startsAt endsAt validFrom validUntil }}
      entries {{ token keyId holder state rules inside changedAt }}
      cardKeys {{ id key current }}
    }}
    {REFUSAL}
  }}
}}"""

DOCUMENTS = {"enrol": ENROL, "heartbeat": HEARTBEAT, "rotateKey": ROTATE_KEY, "presentTap": PRESENT_TAP, "submitTaps": SUBMIT_TAPS, "passList": PASS_LIST}
