package dev.sluice.benchmark;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.scenario.PlainProvider;
import dev.sluice.local.FreePort;
import dev.sluice.local.Moments;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.TestEnvironment;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import tools.jackson.databind.JsonNode;

/** One worker process between a broker and a {@link PlainProvider}, with no other role. */
final class OneWorker implements AutoCloseable {
  private static final int PARTITIONS = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration BETWEEN = Duration.ofSeconds(2);
  private static final JsonNode MESSAGE =
      Json.MAPPER.readTree(
          """
          {"type":"template","template":{"name":"spring_offer","language":{"code":"pt_BR"},
           "components":[{"type":"body","parameters":[{"type":"text","text":"Ana"}]}]}}
          """);

  private final SeparateInfrastructure servers = new SeparateInfrastructure(1);
  private final TestEnvironment environment = TestEnvironment.create(servers, PARTITIONS);
  private final HttpClient http = HttpClient.newHttpClient();
  private final int lanes;
  private final double rate;
  private final String provider;
  private final List<String> javaOptions;
  private final List<Process> processes = new ArrayList<>();
  private final Process providerProcess;

  /**
   * The measurements. Costs are those of the second half of the last campaign.
   *
   * @param perSecond messages/s that reached the provider in that time
   * @param workerMicros the worker's CPU time per message, µs
   * @param worstSecond the most messages that reached the provider within any second
   * @param startSeconds the worker's CPU time before the first message, s
   * @param seconds messages in each second
   */
  record Seen(
      double perSecond,
      double workerMicros,
      double brokerMicros,
      double providerMicros,
      int worstSecond,
      double startSeconds,
      List<Integer> seconds) {}

  private record Cpu(int messages, double worker, double broker, double provider) {}

  OneWorker(int lanes, double rate, long latencyMillis, List<String> javaOptions)
      throws IOException {
    this.lanes = lanes;
    this.rate = rate;
    this.javaOptions = javaOptions;
    int port = FreePort.next();
    provider = "http://localhost:" + port;
    providerProcess =
        start(
            Map.of(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            List.of(
                PlainProvider.class.getName(),
                Integer.toString(port),
                Long.toString(latencyMillis)));
  }

  private Process start(Map<String, String> variables, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command =
        Stream.of(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path")),
                options.stream(),
                arguments.stream())
            .<String>flatMap(part -> part)
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Process startWorker() throws IOException {
    return start(
        Map.of(
            "SLUICE_KAFKA_BOOTSTRAP_SERVERS",
            environment.kafka().bootstrapServers(),
            "SLUICE_TOPIC_PREFIX",
            environment.kafka().topics().prefix(),
            "WHATSAPP_BASE_URL",
            provider,
            "WHATSAPP_ACCESS_TOKEN",
            "test-token",
            "SLUICE_LOG_LEVEL",
            "WARN"),
        javaOptions,
        List.of(
            "dev.sluice.cli.Sluice", "worker", "--http-port", Integer.toString(FreePort.next())));
  }

  /**
   * Sends this many messages of each campaign; all campaigns but the last are paused after this
   * time.
   */
  Seen run(int messages, int campaigns, Duration pauseAfter) throws Exception {
    UUID campaign = UUID.randomUUID();
    write(campaign, messages);
    Process worker = startWorker();
    await().atMost(PATIENCE).until(() -> count() > 0);
    double startSeconds = seconds(worker.toHandle());
    for (int number = 1; number < campaigns; number++) {
      Thread.sleep(pauseAfter);
      control(campaign, new Control(Control.State.PAUSED, "benchmark"));
      campaign = UUID.randomUUID();
      Thread.sleep(BETWEEN);
      write(campaign, messages);
    }
    int before = count();
    int last = campaigns == 1 ? messages : before + messages;
    Cpu half = cpuAt(before + (last - before) / 2, worker);
    Cpu end = cpuAt(last - messages / 20, worker);
    Moments all = arrivals();
    Moments measured = all.between(all.at(half.messages()), all.at(end.messages() - 1));
    int count = end.messages() - half.messages();
    List<Integer> seconds = new ArrayList<>();
    for (long at = all.at(0); at <= all.at(all.count() - 1); at += 1_000_000) {
      seconds.add(all.between(at, at + 1_000_000).count());
    }
    return new Seen(
        measured.perSecond(),
        (end.worker() - half.worker()) * 1e6 / count,
        (end.broker() - half.broker()) * 1e6 / count,
        (end.provider() - half.provider()) * 1e6 / count,
        all.worstSecond(),
        startSeconds,
        seconds);
  }

  private Cpu cpuAt(int count, Process worker) throws IOException, InterruptedException {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> count() >= count);
    return new Cpu(
        count(),
        seconds(worker.toHandle()),
        servers.kafka().processes().mapToDouble(OneWorker::seconds).sum(),
        seconds(providerProcess.toHandle()));
  }

  private static double seconds(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  private int count() throws IOException, InterruptedException {
    return Integer.parseInt(ask("/count"));
  }

  private Moments arrivals() throws IOException, InterruptedException {
    return Moments.of(ask("/arrivals"));
  }

  private String ask(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(provider + path)).build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private void write(UUID campaign, int messages) {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      SendRequest.Sender sender = new SendRequest.Sender("s", "whatsapp", "106540352242922");
      for (int i = 0; i < messages; i++) {
        SendRequest request =
            new SendRequest(
                i + 1,
                campaign,
                1,
                sender,
                i % lanes,
                rate / lanes,
                "+55119" + (60_000_000 + i),
                MESSAGE,
                OnDoubt.HOLD,
                0,
                null);
        LaneKey lane = request.laneKey();
        var _ =
            producer.send(
                new ProducerRecord<>(
                    environment.kafka().topics().sendRequests(),
                    lane.partition(PARTITIONS),
                    utf8(lane.toString()),
                    Json.write(request)));
      }
    }
  }

  private void control(UUID campaign, Control control) {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  environment.kafka().topics().controls(),
                  utf8(Control.campaignKey(campaign)),
                  Json.write(control)));
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        environment.kafka().client(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    http.close();
    // The worker first, and by SIGTERM: a flight recording of its JVM is written when it exits.
    for (Process process : processes.reversed()) {
      process.destroy();
      process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
      process.destroyForcibly().onExit().join();
    }
    servers.close();
  }
}
