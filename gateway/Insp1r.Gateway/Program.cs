using Insp1r.Gateway.Document;
using Insp1r.Gateway.Http;
using Insp1r.Gateway.Limits;
using Insp1r.Gateway.Pages;
using Insp1r.Gateway.Proxy;
using Insp1r.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
HtmlProblems.AddTo(builder.Services);
builder.AddServiceDefaults();
builder.AddServerLimits();
builder.Services.AddAuthority();
builder.Services.AddRateLimits();
builder.Services.AddTrustedProxies(builder.Configuration);
builder.Services.AddCrossOriginRules();
builder.Services.AddCompression();
builder.Services.AddServiceProxy(builder.Configuration);
builder.Services.AddPlatformDocument();

var app = builder.Build();
app.UseTrustedProxies();
app.UseMiddleware<SecurityHeaders>();
app.UseCors();
app.UseCompression();
app.UseServiceDefaults(beforeAccess: known =>
{
    known.UseMiddleware<RateLimits>();
    known.UseDocsPage();
});
app.MapServiceProxy();
app.MapPlatformDocument();
app.MapProblemPages();
app.MapIndexPage();
app.Run();
