"""Keys of uploads, plain and odd, for property tests."""

from hypothesis import strategies as st

HEX = st.text("0123456789abcdef", min_size=12, max_size=12)
NAMES = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[a-zA-Z0-9 -]{0,45}", fullmatch=True),
    st.builds("{}-{}".format, st.sampled_from(["sales", "a" * 27, "data"]), HEX),
)
KEYS = st.one_of(
    st.just("raw"),
    st.builds(
        "raw/{}{}".format, NAMES, st.sampled_from([".zip", ".ZIP", ".csv", ".parquet"])
    ),
)
