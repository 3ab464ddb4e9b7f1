package dev.sluice.demo;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** kcat, a Kafka client that shares no code with Kafka's own: it is built on librdkafka. */
final class Kcat {
  private static final Path BINARY = Path.of("/usr/bin/kcat");

  private final KafkaConfig kafka;

  Kcat(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /** Returns whether it is installed. CI sets SLUICE_KCAT_TESTS=required. */
  static boolean isThere() {
    boolean there = Files.isExecutable(BINARY);
    if (!there && "required".equals(System.getenv("SLUICE_KCAT_TESTS"))) {
      throw new IllegalStateException("the tests of what other Kafka clients read need kcat");
    }
    if (!there) {
      System.out.println("left out: what kcat reads, as it is missing");
    }
    return there;
  }

  /** Returns the names of all topics. */
  List<String> topics() throws IOException, InterruptedException {
    JsonNode listed = Json.MAPPER.readTree(run("-L", "-J"));
    return listed
        .path("topics")
        .valueStream()
        .map(topic -> topic.path("topic").asString())
        .toList();
  }

  /** Returns all committed records of a topic. */
  List<TextRecord> records(String topic) throws IOException, InterruptedException {
    String printed = run("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J");
    return printed.lines().map(line -> record(Json.MAPPER.readTree(line))).toList();
  }

  private static TextRecord record(JsonNode printed) {
    // Names and values in turn.
    List<JsonNode> texts = printed.path("headers").valueStream().toList();
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      headers.put(texts.get(i).asString(), texts.get(i + 1).asString());
    }
    return new TextRecord(
        printed.path("topic").asString(),
        text(printed.path("key")),
        text(printed.path("payload")),
        headers);
  }

  private static @Nullable String text(JsonNode value) {
    return value.isString() ? value.asString() : null;
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(BINARY.toString(), "-b"));
    command.add(kafka.bootstrapServers());
    Stream.of(arguments).forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      throw new IOException(command + " ended with exit code " + exitCode);
    }
    return printed;
  }
}
