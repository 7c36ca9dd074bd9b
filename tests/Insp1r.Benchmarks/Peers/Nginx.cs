using System.Globalization;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Peers;

/// <summary>nginx as a reverse proxy with connections kept open on both sides, and no access log.</summary>
internal static class Nginx
{
    public static async Task<Child> StartAsync(string folder, int port, int upstream, CancellationToken ct)
    {
        var program = Tools.Nginx;
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            worker_processes auto;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              upstream service { server 127.0.0.1:{{upstream}}; keepalive 64; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:{{port}};
                location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
              }
            }
            """), ct);
        var child = Child.Start(Path.Combine(folder, "nginx.log"), NoEnvironment, program, "-p", folder, "-c", configuration, "-e", "stderr");
        await child.ListensAsync(port, ct);
        return child;
    }

    private static readonly Dictionary<string, string> NoEnvironment = [];
}
