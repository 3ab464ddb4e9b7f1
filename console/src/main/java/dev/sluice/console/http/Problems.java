package dev.sluice.console.http;

import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Json;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLTransientConnectionException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every error into a problem document (RFC 9457), including unexpected ones. */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private static final String MISTAKE = "The console made a mistake; its log says which.";

  public void add(JavalinConfig settings) {
    settings.routes.exception(ProblemException.class, (e, context) -> JsonHttp.problem(context, e));
    settings.routes.exception(HttpResponseException.class, Problems::refused);
    settings.routes.exception(DataAccessException.class, Problems::database);
    settings.routes.exception(Exception.class, Problems::unexpected);
    settings.router.javaLangErrorHandler(Problems::error);
    BeforeRoutes pages = new BeforeRoutes();
    settings.jetty.modifyServer(server -> server.setErrorHandler(pages));
    settings.jetty.modifyServletContextHandler(handler -> handler.setErrorHandler(pages));
  }

  private static void refused(HttpResponseException e, Context context) {
    write(context, e.getStatus(), String.valueOf(e.getMessage()));
  }

  /** A value that does not fit is the request's fault; everything else is not. */
  private static void database(DataAccessException e, Context context) {
    if (isRefusal(e)) {
      JsonHttp.problem(context, refusal(e));
      return;
    }
    log.warn("{} {} failed: {}", context.method(), context.path(), Database.reason(e));
    JsonHttp.problem(
        context,
        ProblemException.unavailable(
            silence(e)
                + (!context.method().equals(HandlerType.GET) && wasCutOff(e)
                    ? "; check whether the change was made before repeating it."
                    : "; nothing was changed.")));
  }

  /** Returns in words why a statement has no result. */
  public static String silence(DataAccessException e) {
    SQLTransientConnectionException none = e.getCause(SQLTransientConnectionException.class);
    // The pool tells as the cause why a connection could not be opened.
    return none != null && none.getCause() == null
        ? "Too many requests use the database at once, or it is slow"
        : "The database did not answer";
  }

  /** Returns whether the connection was lost, perhaps after PostgreSQL had received a COMMIT. */
  private static boolean wasCutOff(DataAccessException e) {
    return e.getCause(SQLTransientConnectionException.class) == null
        && (e.sqlState().startsWith("08") || e.sqlState().startsWith("57P"));
  }

  /** Returns whether PostgreSQL refuses a value, which it would do again. */
  public static boolean isRefusal(DataAccessException e) {
    return e.sqlState().startsWith("22") || e.sqlState().startsWith("23");
  }

  public static ProblemException refusal(DataAccessException e) {
    return ProblemException.badRequest("PostgreSQL refuses a value: " + words(e));
  }

  private static String words(DataAccessException e) {
    PSQLException cause = e.getCause(PSQLException.class);
    ServerErrorMessage message = cause == null ? null : cause.getServerErrorMessage();
    if (message == null) {
      return "it does not fit.";
    }
    String field = message.getColumn() == null ? message.getConstraint() : message.getColumn();
    return (field == null ? "" : "\"" + field + "\": ") + message.getMessage() + ".";
  }

  private static void unexpected(Exception e, Context context) {
    log.error("{} {} failed", context.method(), context.path(), e);
    write(context, 500, MISTAKE);
  }

  /** Handles errors such as a stack that is too small for one request; other requests go on. */
  private static void error(HttpServletResponse response, Error e) {
    log.error("a request failed", e);
    if (response.isCommitted()) {
      return;
    }
    response.setStatus(500);
    response.setContentType("application/problem+json");
    try {
      response.getOutputStream().write(Json.write(ProblemException.body(500, title(500), MISTAKE)));
    } catch (IOException | IllegalStateException gone) {
      log.debug("the response cannot be written", gone);
    }
  }

  private static void write(Context context, int status, String detail) {
    context.status(status).contentType("application/problem+json");
    context.result(Json.write(ProblemException.body(status, title(status), detail)));
  }

  private static String title(int status) {
    HttpStatus.Code code = HttpStatus.getCode(status);
    return code == null ? "Request failed" : code.getMessage();
  }

  /** Handles requests that the server refuses before any route sees them. */
  private static final class BeforeRoutes extends ErrorHandler {
    @Override
    public boolean errorPageForMethod(String method) {
      return true;
    }

    @Override
    protected void generateResponse(
        Request request,
        Response response,
        int code,
        @Nullable String message,
        @Nullable Throwable cause,
        Callback callback) {
      String detail = message == null ? title(code) : message;
      response.getHeaders().put(new HttpField(HttpHeader.CONTENT_TYPE, "application/problem+json"));
      response.write(
          true,
          ByteBuffer.wrap(Json.write(ProblemException.body(code, title(code), detail))),
          callback);
    }
  }
}
