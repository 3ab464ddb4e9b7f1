package dev.sluice.benchmark.chaos;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files that tell workers of providers besides WhatsApp; they lead to the simulator.
 *
 * @param folder where they are
 * @param certificates the file of the trusted certificates
 */
record ProviderFiles(Path folder, Path certificates) {
  /** The variable that tells workers of the files. */
  static final String VARIABLE = "SLUICE_HTTP_PROVIDERS";

  /** Writes the file of a provider with this name and base URL. */
  Path write(String name, String url) throws IOException {
    Path headers =
        Files.writeString(folder.resolve(name + ".headers"), "Authorization: Bearer test-token\n");
    Map<String, Object> provider =
        Map.of(
            "name",
            name,
            "url",
            url + "/v25.0/{{address}}/messages",
            "headersFile",
            headers.toString(),
            "body",
            Map.of(
                "messaging_product", "whatsapp",
                "to", "{{to}}",
                "type", "text",
                "text", Map.of("body", "{{message.text.body}}"),
                "biz_opaque_callback_data", "{{callback_data}}"),
            "messageId",
            "/messages/0/id",
            "caFile",
            certificates.toString());
    return Files.write(folder.resolve(name + ".json"), Json.write(provider));
  }
}
