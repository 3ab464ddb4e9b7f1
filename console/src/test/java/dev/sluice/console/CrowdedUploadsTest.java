package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Many files at once, slow and broken ones among them, at a console with few places for them. */
class CrowdedUploadsTest {
  private static final Crowd CROWD = new Crowd();

  @AfterAll
  static void close() {
    CROWD.close();
  }

  @Test
  void aFileThatTricklesTakesNoConnectionAndIsGivenUp() throws Exception {
    try (Socket trickle = CROWD.api.beginUpload(CROWD.recipients(CROWD.draft), "phone\n")) {
      assertThat(CROWD.api.post("/api/campaigns/" + CROWD.sending + "/pause", "", "").statusCode())
          .isEqualTo(202);
      JsonNode report =
          Api.json(CROWD.api.post("/api/suppressions", "text/csv", "phone\n+5511970000001\n"));

      assertThat(report.path("rejectedCount").asInt(-1)).isZero();
      // A byte now and then counts as nothing.
      await()
          .until(() -> {
            trickle.getOutputStream().write('+');
            return trickle.getInputStream().available() > 0;
          });
      assertThat(Crowd.read(trickle)).contains(" 408 ").contains("too slowly");
    }
  }

  @Test
  void aFileOfWhichNothingMoreComesIsGivenUp() throws Exception {
    try (Socket silent = CROWD.api.beginUpload(CROWD.recipients(CROWD.draft), "phone\n")) {
      assertThat(Crowd.read(silent)).contains(" 408 ");
    }
  }

  @Test
  void moreFilesThanThereArePlacesForAreToComeAgain() throws Exception {
    List<Socket> uploads = new ArrayList<>();
    try {
      HttpResponse<byte[]> refused = refused(CROWD.recipients(CROWD.draft), uploads);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused("/api/recipients/check", uploads).statusCode()).isEqualTo(429);
    } finally {
      for (Socket upload : uploads) {
        upload.close();
      }
    }
    await()
        .untilAsserted(() ->
            assertThat(
                    CROWD
                        .api
                        .post(CROWD.recipients(CROWD.draft), "text/csv", "phone\n")
                        .statusCode())
                .isEqualTo(200));
  }

  /**
   * Returns the answer that is not 200. Each time there are new uploads, as on a slow machine those
   * before may have been given up meanwhile.
   */
  private static HttpResponse<byte[]> refused(String path, List<Socket> uploads) {
    return await()
        .until(
            () -> {
              for (int i = 0; i < Crowd.UPLOADS; i++) {
                uploads.add(CROWD.api.beginUpload(CROWD.recipients(CROWD.draft), "phone\n"));
              }
              return CROWD.api.post(path, "text/csv", "phone\n");
            },
            answer -> answer.statusCode() != 200);
  }

  @Test
  void aFileThatIsTooLongIsRefusedAndAddsNobody() {
    String id = CROWD.create("brazil");
    String csv = "phone,note\n+5511960000001,%s\n".formatted("x".repeat(2 << 20));

    assertThat(CROWD.api.post(CROWD.recipients(id), "text/csv", csv).statusCode()).isEqualTo(413);
    assertThat(CROWD.total(id)).isZero();
  }

  /** As after a kill: nothing is in the database, and the file has no name even before. */
  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    String id = CROWD.create("brazil");
    try (Socket upload = CROWD.api.beginUpload(CROWD.recipients(id), "phone\n+5511960000001\n")) {
      upload
          .getOutputStream()
          .write("+5511960000002\n".repeat(5_000).getBytes(StandardCharsets.UTF_8));
      awaitNoNamedFile();
    }
    CROWD.api.post(CROWD.recipients(id), "text/csv", "phone\n+5511960000003\n");

    assertThat(CROWD.total(id)).isEqualTo(1);
    awaitNoNamedFile();
  }

  /** A file has a name for the moment between its creation and its unlinking. */
  private static void awaitNoNamedFile() {
    await().untilAsserted(() -> assertThat(CROWD.folder.toFile().list()).isEmpty());
  }
}
