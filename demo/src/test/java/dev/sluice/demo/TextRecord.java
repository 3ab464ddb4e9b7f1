package dev.sluice.demo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record as people read it, whichever client has read it. */
record TextRecord(
    String topic, @Nullable String key, @Nullable String value, Map<String, String> headers) {}
